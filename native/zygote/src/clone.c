// The start of a run: one clone3, without the C library, which would take locks and run handlers.
#include "zygote.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>


static const uint64_t namespaces =
  CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

/** As fork(): zero in the run. `pidfd` tells of its end. */
pid_t clone_run(const struct server *server, int *pidfd) {
  struct clone_args args = {
    .flags = namespaces | CLONE_PIDFD,
    .pidfd = (uintptr_t)pidfd,
    .exit_signal = SIGCHLD,
  };
  if (server->options.own_network) args.flags |= CLONE_NEWNET;
  if (server->tid != NULL) {
    args.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    args.child_tid = (uintptr_t)server->tid;
  }
  return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}
