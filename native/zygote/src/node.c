// The socket to the node: messages in, messages out, never waiting.
#include "serve.h"

#include <string.h>
#include <unistd.h>

enum { OUT_BYTES = 1 << 20, IN_BYTES = 4 * CHUNK_BYTES };

static int node_fd;
static struct buffer in;
static struct buffer out;

void open_node(int fd) {
  node_fd = fd;
  in = open_buffer(IN_BYTES);
  out = open_buffer(OUT_BYTES);
}

void poll_node(struct pollfd *slot) {
  *slot = (struct pollfd){.fd = node_fd, .events = POLLIN};
  if (out.to > out.from) slot->events |= POLLOUT;
}

/* Room for a chunk and for the end of every run at once: with less, runs wait. */
bool is_room_for_chunk(void) {
  return room_in(&out) >= OUT_BYTES / 2;
}

void tell_node(enum message_type type, uint32_t run, const void *payload, size_t bytes) {
  const struct header header = {.type = type, .run = run, .bytes = (uint32_t)bytes};
  if (room_in(&out) < sizeof header + bytes) {
    errno = ENOBUFS;
    fail("node");
  }
  append(&out, &header, sizeof header);
  if (bytes > 0) append(&out, payload, bytes);
}

void write_node(void) {
  while (out.to > out.from) {
    ssize_t written = write(node_fd, out.bytes + out.from, out.to - out.from);
    if (written >= 0) consume(&out, (size_t)written);
    else if (errno == EAGAIN) return;
    else if (errno != EINTR) _exit(0); /* the node has gone */
  }
}

void read_node(void) {
  compact(&in);
  ssize_t got = read(node_fd, in.bytes + in.to, in.size - in.to);
  if (got > 0) in.to += (size_t)got;
  else if (got == 0 || (errno != EAGAIN && errno != EINTR)) _exit(0); /* the node has gone */
}

bool next_message(struct header *header, const char **payload) {
  size_t held = in.to - in.from;
  if (held < sizeof *header) return false;
  memcpy(header, in.bytes + in.from, sizeof *header);
  if (header->bytes > CHUNK_BYTES) {
    errno = EMSGSIZE;
    fail("message of the node");
  }
  *payload = in.bytes + in.from + sizeof *header;
  return held - sizeof *header >= header->bytes;
}

void message_done(const struct header *header) {
  consume(&in, sizeof *header + header->bytes);
}
