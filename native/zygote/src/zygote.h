// The fork server: a process that keeps a warm V8 and clones itself, once per run, into fresh
// namespaces. This header names what the few files share; each says for itself what it does.
#ifndef DEED_ZYGOTE_H
#define DEED_ZYGOTE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  /* The run's end of its only socket. */
  RUN_FD = 3,
  /* The server keeps its own descriptors from here on; Node's lie below. */
  FIRST_SERVER_FD = 100,
  /* Exit code of every process here that could not lock itself down. Its reason is on stderr. */
  EXIT_SETUP = 70,
};

struct options {
  int node_fd;        /* the socket to the node */
  pid_t node_pid;     /* whose death is ours */
  uid_t uid;          /* what root becomes */
  bool own_network;   /* a network namespace per run, or the server's empty one for all */
  bool jitless;       /* V8 writes no machine code: executable memory is refused */
  uint32_t runs;      /* most runs at once */
  uint32_t queue_bytes; /* most bytes that wait for a run to read them */
  uint32_t group_files; /* descriptors of control groups, of each run at once alike many; or 0 */
  int *groups;          /* the files that take a process, group by group */
};

/* What the server knows after enter(), and a run inherits. */
struct server {
  struct options options;
  int node_fd;
  int proc_fd; /* the host's /proc, opened before the root became empty */
  int null_fd;
  int last_node_fd; /* descriptors up to here are Node's own, and /dev/null */
  uint32_t *tid;    /* where the C library keeps the thread's id; NULL if the kernel does not tell */
  uint64_t data_bytes; /* memory that every run begins with, shared until written */
  uint64_t address_bytes; /* addresses that it begins with, most of them without memory */
  struct sock_fprog filter;
};

/* What a run may use; the node sends it with each start. Four-byte little-endian on the socket. */
struct run_limits {
  uint32_t deadline_ms;
  uint32_t cpu_sec;
  uint32_t memory_mb;
  uint32_t output_bytes;
};

/* enter.c: becomes the lone thread of a fork server in an empty place. */
void enter(struct server *server, const struct options *options);

/* wait.c: the addon's file, and what a parent of the server does with it. */
int open_self(void);
_Noreturn void wait_for(pid_t child, int self_fd);

/* heap.c */
void let_children_copy_heap(int proc_fd);
uint64_t bytes_in_use(int proc_fd, const char *field);

/* filter.c */
struct sock_fprog build_filter(bool jitless);

/* serve.c: returns only in a run, inside its container. */
void serve(struct server *server);

/* clone.c */
pid_t clone_run(const struct server *server, int *pidfd);

/* groups.c: control groups that the node made, one for each run at once. */
int open_group_file(const char *path);
void join_group(const struct server *server, uint32_t place);

/* jail.c: what a new run does to itself before anything of the workflow is read. */
void jail(const struct server *server, const struct run_limits *limits, uint32_t place, int socket);

/* fail.c */
_Noreturn void fail(const char *what);
void write_proc(int proc_fd, const char *path, const char *text);

#endif
