// One run, seen from outside: bytes to it, bytes from it, its end.
#include "serve.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct run *find_run(struct run *runs, uint32_t count, uint32_t id) {
  for (uint32_t i = 0; i < count; i++)
    if (runs[i].id == id) return &runs[i];
  return NULL;
}

void kill_run(struct run *run, enum reason reason) {
  if (run->reason == BY_ITSELF) run->reason = reason;
  /* It is process 1 of its namespace: whatever is in there goes with it. */
  syscall(SYS_pidfd_send_signal, run->pidfd, SIGKILL, NULL, 0);
}

static void close_socket(struct run *run) {
  if (run->socket >= 0) close(run->socket);
  run->socket = -1;
  close_buffer(&run->unread);
}

/* Time on a processor, from which on a run stands back; an honest one uses a few milliseconds. */
enum { LONG_USE_MS = 50, FIRST_LOOK_MS = 100, LOWEST_PRIORITY = 19 };

static uint64_t used_ms(pid_t pid) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

/* One that computes on and on gets what the others leave. One that waits is asked ever more rarely. */
void look_at_use(struct run *run, uint64_t now_ms) {
  uint64_t age_ms = now_ms - run->started_ms;
  run->look_ms = now_ms + (age_ms < FIRST_LOOK_MS ? FIRST_LOOK_MS : age_ms);
  if (used_ms(run->pid) < LONG_USE_MS) return;
  run->look_ms = UINT64_MAX;
  (void)setpriority(PRIO_PROCESS, (id_t)run->pid, LOWEST_PRIORITY);
}

/* How many of the bytes its socket takes now. */
static size_t write_now(struct run *run, const char *bytes, size_t count) {
  size_t sent = 0;
  while (run->socket >= 0 && sent < count) {
    ssize_t got = send(run->socket, bytes + sent, count - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (got >= 0) sent += (size_t)got;
    else if (errno == EAGAIN) break;
    else if (errno != EINTR) close_socket(run);
  }
  return sent;
}

void flush_run(struct run *run) {
  struct buffer *unread = &run->unread;
  if (unread->bytes == NULL) return;
  size_t sent = write_now(run, unread->bytes + unread->from, unread->to - unread->from);
  if (run->socket < 0) return;
  consume(unread, sent);
  if (unread->from == unread->to) close_buffer(unread);
}

void give_run(struct run *run, const char *bytes, size_t count, size_t most) {
  if (run->socket < 0) return;
  size_t sent = run->unread.bytes == NULL ? write_now(run, bytes, count) : 0;
  if (run->socket < 0 || sent == count) return;
  if (run->unread.bytes == NULL) run->unread = open_buffer(most);
  if (room_in(&run->unread) < count - sent) kill_run(run, UNREAD);
  else append(&run->unread, bytes + sent, count - sent);
}

/* Passes on one chunk of what it said; false when there is none now, or no room. */
bool relay_run(struct run *run) {
  static char chunk[CHUNK_BYTES];
  if (run->socket < 0 || !is_room_for_chunk()) return false;
  ssize_t got = recv(run->socket, chunk, sizeof chunk, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    close_socket(run);
    return false;
  }
  if ((uint64_t)got > run->output_left) {
    kill_run(run, OUTPUT);
    close_socket(run);
  } else {
    run->output_left -= (uint64_t)got;
    tell_node(DATA, run->id, chunk, (size_t)got);
  }
  explicit_bzero(chunk, (size_t)got);
  return run->socket >= 0;
}

static uint32_t microseconds(struct timeval time) {
  return (uint32_t)(time.tv_sec * 1000000 + time.tv_usec);
}

/* Tells its end if it has ended and all that it said has been passed on. */
bool reap_run(struct run *run) {
  while (relay_run(run));
  if (!is_room_for_chunk()) return false;
  int status;
  struct rusage used;
  if (wait4(run->pid, &status, WNOHANG, &used) != run->pid) return false;
  const struct run_end end = {
    .reason = run->reason,
    .exit_code = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 0,
    .signal = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0,
    .user_us = microseconds(used.ru_utime),
    .system_us = microseconds(used.ru_stime),
    .max_rss_kb = (uint32_t)used.ru_maxrss,
    .page_faults = (uint32_t)used.ru_minflt,
  };
  tell_node(END, run->id, &end, sizeof end);
  close_socket(run);
  close(run->pidfd);
  return true;
}

void tell_not_started(uint32_t id, int error) {
  const struct run_end end = {.reason = NOT_STARTED, .exit_code = (uint32_t)error};
  tell_node(END, id, &end, sizeof end);
}
