// From a started Node to a fork server. Node has helper threads, which a fork leaves behind: the one
// fork() of the C library happens here, at rest, and every later clone in a process of one thread.
#include "zygote.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void die_with_parent(void) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("PR_SET_PDEATHSIG");
}

static void continue_in_child(int node_fd, int self_fd) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child > 0) {
    close(node_fd);
    wait_for(child, self_fd);
  }
  die_with_parent();
  /* In a new process namespace the parent has no number, and the socket's end tells of its death. */
  if (getppid() != parent && getppid() != 0) _exit(0);
}

static void leave_root(uid_t uid) {
  if (geteuid() != 0) return;
  if (setgroups(0, NULL) != 0) fail("setgroups");
  if (setresgid(uid, uid, uid) != 0) fail("setresgid");
  if (setresuid(uid, uid, uid) != 0) fail("setresuid");
  /* A change of user forbids writing one's own files of /proc, and forgets the parent's death. */
  if (prctl(PR_SET_DUMPABLE, 1) != 0) fail("PR_SET_DUMPABLE");
  die_with_parent();
}

static void leave_host(int proc_fd) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
              CLONE_NEWUTS | CLONE_NEWCGROUP) != 0)
    fail("unshare");
  char map[64];
  write_proc(proc_fd, "self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid);
  write_proc(proc_fd, "self/uid_map", map);
  snprintf(map, sizeof map, "0 %u 1", gid);
  write_proc(proc_fd, "self/gid_map", map);
  if (sethostname("run", 3) != 0) fail("sethostname");
  if (setdomainname("", 0) != 0) fail("setdomainname");
}

/* One empty read-only mount; each run inherits a copy, which costs far less than one of its own. */
static void empty_root(void) {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("private mounts");
  if (mount("none", "/proc", "tmpfs", flags, "size=4k,nr_inodes=2,mode=555") != 0) fail("tmpfs");
  if (chdir("/proc") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) fail("pivot_root");
  if (umount2(".", MNT_DETACH) != 0) fail("umount");
  if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) != 0) fail("read-only");
  if (chdir("/") != 0) fail("chdir");
}

static int move_up(int fd) {
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_SERVER_FD);
  if (moved < 0) fail("F_DUPFD_CLOEXEC");
  return moved;
}

/* Node wakes its event loop through descriptors that all runs would share. As /dev/null they take
   every write and lead nowhere. All below the last are filled: what the server opens comes above. */
static void blind_node(struct server *server) {
  server->node_fd = move_up(server->options.node_fd);
  server->proc_fd = move_up(server->proc_fd);
  server->null_fd = move_up(server->null_fd);
  for (int fd = 0; fd < FIRST_SERVER_FD; fd++)
    if (fcntl(fd, F_GETFD) >= 0) server->last_node_fd = fd;
  if (server->last_node_fd < RUN_FD) server->last_node_fd = RUN_FD;
  for (int fd = 0; fd <= server->last_node_fd; fd++)
    if (fd != STDERR_FILENO && dup2(server->null_fd, fd) < 0) fail("dup2");
}

void enter(struct server *server, const struct options *options) {
  server->options = *options;
  server->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (server->proc_fd < 0) fail("/proc");
  server->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (server->null_fd < 0) fail("/dev/null");
  int self_fd = open_self();
  let_children_copy_heap(server->proc_fd);
  die_with_parent();
  if (getppid() != options->node_pid) _exit(0);
  continue_in_child(options->node_fd, self_fd);
  leave_root(options->uid);
  /* The host's memory is short: a run goes first, and the server with it comes back by itself. */
  write_proc(server->proc_fd, "self/oom_score_adj", "1000");
  leave_host(server->proc_fd);
  continue_in_child(options->node_fd, self_fd);
  empty_root();
  blind_node(server);
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGUSR1, SIG_IGN) == SIG_ERR) fail("signal");
  if (fcntl(server->node_fd, F_SETFL, O_NONBLOCK) != 0) fail("O_NONBLOCK");
  /* Without it (a kernel option) the thread's cached number is stale in a run, where nobody asks. */
  if (prctl(PR_GET_TID_ADDRESS, &server->tid) != 0) server->tid = NULL;
  server->filter = build_filter(options->jitless);
}
