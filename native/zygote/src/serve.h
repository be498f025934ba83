// The server's side of its runs and of the socket to the node.
#ifndef DEED_SERVE_H
#define DEED_SERVE_H

#include "zygote.h"

#include <poll.h>
#include <sys/resource.h>

/* A message on the socket to the node: this header, then `bytes` of payload. Little-endian. */
struct header {
  uint32_t type;
  uint32_t run;
  uint32_t bytes;
};

enum message_type {
  START = 1, /* node: struct run_limits */
  DATA = 2,  /* both: bytes that the server passes on and never reads */
  KILL = 3,  /* node */
  END = 4,   /* server: struct run_end */
  READY = 5, /* server, once: it takes runs; a word with the number of this table */
};

/* Changes with any of the structures here, so that an old binary is not misunderstood. */
enum { WIRE_VERSION = 2 };

/* Why the server ended a run. */
enum reason { BY_ITSELF = 0, DEADLINE = 1, OUTPUT = 2, UNREAD = 3, KILLED = 4, NOT_STARTED = 5 };

struct run_end {
  uint32_t reason;
  uint32_t exit_code; /* an errno if it was not started */
  uint32_t signal;
  uint32_t user_us;
  uint32_t system_us;
  uint32_t max_rss_kb;
  uint32_t page_faults;
};

/* The largest payload of one message, either way. */
enum { CHUNK_BYTES = 64 * 1024 };

/* Bytes on their way. The memory is the server's alone: no run inherits it, and what has gone on is
   wiped, so that nothing of a run is left when it has ended. */
struct buffer {
  char *bytes;
  size_t size;
  size_t from;
  size_t to;
};

/* buffer.c */
struct buffer open_buffer(size_t size);
void close_buffer(struct buffer *buffer);
size_t room_in(const struct buffer *buffer);
void compact(struct buffer *buffer);
void append(struct buffer *buffer, const void *bytes, size_t count);
void consume(struct buffer *buffer, size_t count);

struct run {
  uint32_t id;
  uint32_t place; /* among those at once: its control group */
  pid_t pid;
  int pidfd;
  int socket; /* -1 when the run has closed its end */
  uint64_t started_ms;
  uint64_t deadline_ms;
  uint64_t look_ms; /* when its use of the processor is looked at next */
  uint64_t output_left;
  enum reason reason;
  struct buffer unread; /* without memory as long as the run reads */
};

/* node.c: the socket to the node. The process ends with it. */
void open_node(int fd);
void poll_node(struct pollfd *slot);
bool is_room_for_chunk(void);
void tell_node(enum message_type type, uint32_t run, const void *payload, size_t bytes);
void write_node(void);
void read_node(void);
/* The next whole message that was read, until message_done(); false when there is none. */
bool next_message(struct header *header, const char **payload);
void message_done(const struct header *header);

/* runs.c */
struct run *find_run(struct run *runs, uint32_t count, uint32_t id);
void kill_run(struct run *run, enum reason reason);
void give_run(struct run *run, const char *bytes, size_t count, size_t most);
void flush_run(struct run *run);
bool relay_run(struct run *run);
bool reap_run(struct run *run);
void look_at_use(struct run *run, uint64_t now_ms);
void tell_not_started(uint32_t id, int error);

#endif
