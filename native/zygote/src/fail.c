// Whatever cannot be locked down does not run: it says why, once, and ends.
#include "zygote.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Noreturn void fail(const char *what) {
  dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
  _exit(EXIT_SETUP);
}

void write_proc(int proc_fd, const char *path, const char *text) {
  int file = openat(proc_fd, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) fail(path);
  if (write(file, text, strlen(text)) < 0) fail(path);
  close(file);
}
