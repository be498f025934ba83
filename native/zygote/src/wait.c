// The parents of a server only wait. With all of Node's memory in each, a server would be counted
// three times: they become the program below, which is the addon's own file, entered here instead of
// loaded. It has no libraries, so nothing of them may be used, and no protected stack.
#include "zygote.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of a program without libraries; the linker is told the name. */
_Noreturn void wait_alone(void);

int open_self(void) {
  Dl_info self;
  if (dladdr((void *)(uintptr_t)wait_alone, &self) == 0) return -1;
  return open(self.dli_fname, O_PATH | O_CLOEXEC);
}

/* The parent of a fork: keeps nothing open, and ends as its child ends. */
_Noreturn void wait_for(pid_t child, int self_fd) {
  char name[] = "deed-fork-server";
  char *const arguments[] = {name, NULL};
  char *const environment[] = {NULL};
  syscall(SYS_execveat, self_fd, "", arguments, environment, AT_EMPTY_PATH);
  /* From where nothing may be executed (noexec): the same, with more memory. */
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static inline long call(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "+a"(number)
                   : "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return number;
#elif defined(__aarch64__)
  register long eighth __asm__("x8") = number;
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(eighth), "r"(second), "r"(third), "r"(fourth)
                   : "memory");
  return first;
#else
#error "an architecture that nobody has looked at"
#endif
}

/* Static: the address of a local would want a protected stack. */
static int ended;

_Noreturn void wait_alone(void) {
  call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
  while (call(SYS_wait4, -1, (long)&ended, 0, 0) == -EINTR) continue;
  for (;;)
    call(SYS_exit_group, WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended), 0, 0, 0);
}
