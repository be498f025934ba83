// What a new run does to itself before anything of the workflow is read. Each step must succeed.
#include "zygote.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void limit(int resource, uint64_t value) {
  const struct rlimit both = {.rlim_cur = value, .rlim_max = value};
  if (setrlimit(resource, &both) != 0) fail("setrlimit");
}

/* What V8 takes and gives back at once, to begin a piece of its heap where it wants to. */
enum { ALIGNMENT_BYTES = 32 * 1024 * 1024 };

static void set_limits(const struct server *server, const struct run_limits *limits) {
  const uint64_t memory_bytes = (uint64_t)limits->memory_mb * 1024 * 1024;
  limit(RLIMIT_DATA, server->data_bytes + memory_bytes);
  /* That counts what can be written now: pages that were written and then protected, and the kernel's
     tables for pages that are only read, are outside it. Where there is a compiler, V8 reserves
     gigabytes of addresses that it never uses; without one it takes what it uses. */
  if (server->options.jitless) limit(RLIMIT_AS, server->address_bytes + memory_bytes + ALIGNMENT_BYTES);
  limit(RLIMIT_CPU, limits->cpu_sec);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_MSGQUEUE, 0);
}

/* Somebody without rights in the new user namespace; outside it is the server's user. */
static void become_nobody(int proc_fd) {
  write_proc(proc_fd, "self/uid_map", "65534 0 1");
  write_proc(proc_fd, "self/gid_map", "65534 0 1");
}

static void drop_capabilities(void) {
  for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capset, &header, none) != 0) fail("capset");
}

/* Descriptors of Node stay numbers that lead nowhere; the server's and other runs' go. */
static void keep_only(const struct server *server, int socket) {
  if (dup2(socket, RUN_FD) < 0) fail("dup2");
  if (syscall(SYS_close_range, server->last_node_fd + 1, ~0U, 0) != 0) fail("close_range");
}

void jail(const struct server *server, const struct run_limits *limits, uint32_t place, int socket) {
  join_group(server, place);
  become_nobody(server->proc_fd);
  keep_only(server, socket);
  set_limits(server, limits);
  drop_capabilities();
  if (prctl(PR_SET_DUMPABLE, 0) != 0) fail("PR_SET_DUMPABLE");
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("PR_SET_PDEATHSIG");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_NAME, "deed-run") != 0) fail("PR_SET_NAME");
  /* Input is /dev/null since enter(); from here on there is nobody to tell. */
  if (dup2(STDIN_FILENO, STDERR_FILENO) < 0) fail("dup2");
  limit(RLIMIT_NOFILE, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &server->filter) != 0) _exit(EXIT_SETUP);
}
