// The loop of the server: starts runs, passes bytes on, keeps times. It reads nothing of what
// passes. V8 rests meanwhile: what it mapped now, no run would inherit.
#include "serve.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 256 };

static struct run runs[MAX_RUNS];
static uint32_t count;

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_taken(uint32_t place) {
  for (uint32_t i = 0; i < count; i++)
    if (runs[i].place == place) return true;
  return false;
}

/* The caller has seen that there is one. */
static uint32_t free_place(void) {
  uint32_t place = 0;
  while (is_taken(place)) place++;
  return place;
}

/* True in the run, inside its container. */
static bool start_run(const struct server *server, uint32_t id, const struct run_limits *limits) {
  if (count == server->options.runs || find_run(runs, count, id) != NULL) {
    tell_not_started(id, EBUSY);
    return false;
  }
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    tell_not_started(id, errno);
    return false;
  }
  int pidfd = -1;
  uint32_t place = free_place();
  pid_t pid = clone_run(server, &pidfd);
  if (pid == 0) {
    jail(server, limits, place, sockets[1]);
    return true;
  }
  int error = errno;
  close(sockets[1]);
  if (pid < 0) {
    close(sockets[0]);
    tell_not_started(id, error);
    return false;
  }
  uint64_t now = now_ms();
  struct run *run = &runs[count++];
  *run = (struct run){
    .id = id,
    .place = place,
    .pid = pid,
    .pidfd = pidfd,
    .socket = sockets[0],
    .started_ms = now,
    .deadline_ms = now + limits->deadline_ms,
    .output_left = limits->output_bytes,
  };
  look_at_use(run, now);
  return false;
}

/* True in a run that one of the messages started. */
static bool take_messages(const struct server *server) {
  struct header header;
  const char *payload;
  while (next_message(&header, &payload)) {
    struct run *run = find_run(runs, count, header.run);
    struct run_limits limits = {0};
    if (header.type == START && header.bytes == sizeof limits)
      memcpy(&limits, payload, sizeof limits);
    if (header.type == DATA && run != NULL)
      give_run(run, payload, header.bytes, server->options.queue_bytes);
    if (header.type == KILL && run != NULL) kill_run(run, KILLED);
    message_done(&header);
    if (header.type == START && start_run(server, header.run, &limits)) return true;
  }
  return false;
}

/* Kills who is over its deadline, looks at who is to be looked at; milliseconds to the next of them. */
static int keep_times(void) {
  uint64_t now = now_ms();
  uint64_t next = UINT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    struct run *run = &runs[i];
    if (run->reason != BY_ITSELF) continue;
    if (run->deadline_ms <= now) {
      kill_run(run, DEADLINE);
      continue;
    }
    if (run->look_ms <= now) look_at_use(run, now);
    if (run->deadline_ms < next) next = run->deadline_ms;
    if (run->look_ms < next) next = run->look_ms;
  }
  if (next == UINT64_MAX) return -1;
  return next - now > 60000 ? 60000 : (int)(next - now);
}

/* Two per run, behind the node's. */
static nfds_t poll_all(struct pollfd *slots) {
  poll_node(&slots[0]);
  bool is_room = is_room_for_chunk();
  for (uint32_t i = 0; i < count; i++) {
    short events = (short)((is_room ? POLLIN : 0) | (runs[i].unread.bytes != NULL ? POLLOUT : 0));
    slots[1 + 2 * i] = (struct pollfd){.fd = events == 0 ? -1 : runs[i].socket, .events = events};
    slots[2 + 2 * i] = (struct pollfd){.fd = is_room ? runs[i].pidfd : -1, .events = POLLIN};
  }
  return 1 + 2 * count;
}

/* From the last to the first: who has gone gives its place to the last, which was looked at. */
static void look_at_runs(const struct pollfd *slots) {
  for (uint32_t i = count; i-- > 0;) {
    struct run *run = &runs[i];
    if ((slots[1 + 2 * i].revents & POLLOUT) != 0) flush_run(run);
    if ((slots[1 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) relay_run(run);
    if (slots[2 + 2 * i].revents != 0 && reap_run(run)) *run = runs[--count];
  }
}

void serve(struct server *server) {
  static struct pollfd slots[1 + 2 * MAX_RUNS];
  if (server->options.runs > MAX_RUNS) server->options.runs = MAX_RUNS;
  let_children_copy_heap(server->proc_fd);
  server->data_bytes = bytes_in_use(server->proc_fd, "VmData");
  server->address_bytes = bytes_in_use(server->proc_fd, "VmSize");
  open_node(server->node_fd);
  const uint32_t version = WIRE_VERSION;
  tell_node(READY, 0, &version, sizeof version);
  for (;;) {
    write_node();
    int wait_ms = keep_times();
    if (poll(slots, poll_all(slots), wait_ms) < 0 && errno != EINTR) fail("poll");
    look_at_runs(slots);
    if ((slots[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    read_node();
    if (take_messages(server)) return;
  }
}
