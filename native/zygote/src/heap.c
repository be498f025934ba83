// Node marks the whole heap of V8 MADV_DONTFORK (nodejs/node#48523): a child would fault at its first
// bytecode. Here that is undone, for every mapping that the kernel shows as "dc" (do not copy).
#include "zygote.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static FILE *open_proc(int proc_fd, const char *path) {
  int file = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
  FILE *stream = file < 0 ? NULL : fdopen(file, "r");
  if (stream == NULL) fail(path);
  return stream;
}

void let_children_copy_heap(int proc_fd) {
  FILE *smaps = open_proc(proc_fd, "self/smaps");
  char line[512];
  uintptr_t start = 0;
  uintptr_t end = 0;
  while (fgets(line, sizeof line, smaps) != NULL) {
    uintptr_t from;
    uintptr_t to;
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
      start = from;
      end = to;
    } else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " dc") != NULL) {
      /* Mappings of devices refuse; no heap is one. The self-test finds what would matter. */
      (void)madvise((void *)start, end - start, MADV_DOFORK);
    }
  }
  fclose(smaps);
}

uint64_t bytes_in_use(int proc_fd, const char *field) {
  FILE *status = open_proc(proc_fd, "self/status");
  char line[256];
  uint64_t kilobytes = 0;
  size_t length = strlen(field);
  while (fgets(line, sizeof line, status) != NULL)
    if (strncmp(line, field, length) == 0 && sscanf(line + length, ": %" SCNu64, &kilobytes) == 1)
      break;
  fclose(status);
  if (kilobytes == 0) {
    errno = ENODATA;
    fail(field);
  }
  return kilobytes * 1024;
}
