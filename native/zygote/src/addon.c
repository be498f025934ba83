// What JavaScript sees: enter and serve for the server, receive, send and exit for a run.
#include "zygote.h"

#include <arpa/inet.h>
#include <node_api.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A frame of the node's `frames.ts`; nothing longer comes or goes. */
enum { FRAME_HEADER_BYTES = 4, MAX_FRAME_BYTES = 64 << 20 };

static struct server server;

/* Without handlers and threads: those that Node would wait for do not exist in a run. */
static _Noreturn void end(int code) {
  for (;;) syscall(SYS_exit_group, code);
}

static uint32_t number_of(napi_env env, napi_value object, const char *name) {
  napi_value value;
  uint32_t number;
  if (napi_get_named_property(env, object, name, &value) != napi_ok ||
      napi_get_value_uint32(env, value, &number) != napi_ok) {
    errno = EINVAL;
    fail(name);
  }
  return number;
}

static napi_value field_of(napi_env env, napi_value object, const char *name) {
  napi_value value;
  if (napi_get_named_property(env, object, name, &value) != napi_ok) {
    errno = EINVAL;
    fail(name);
  }
  return value;
}

/* Paths, group by group; there may be none. */
static int *open_groups(napi_env env, napi_value paths, uint32_t *files) {
  char path[4096];
  size_t length;
  if (napi_get_array_length(env, paths, files) != napi_ok) fail("groups");
  int *opened = calloc(*files + 1, sizeof *opened);
  if (opened == NULL) fail("groups");
  for (uint32_t i = 0; i < *files; i++) {
    napi_value value;
    napi_get_element(env, paths, i, &value);
    if (napi_get_value_string_utf8(env, value, path, sizeof path, &length) != napi_ok) fail("groups");
    opened[i] = open_group_file(path);
  }
  return opened;
}

static napi_value enter_server(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value wishes;
  napi_get_cb_info(env, info, &count, &wishes, NULL, NULL);
  uint32_t files;
  int *groups = open_groups(env, field_of(env, wishes, "groupFiles"), &files);
  uint32_t runs = number_of(env, wishes, "runs");
  const struct options options = {
    .node_fd = (int)number_of(env, wishes, "nodeFd"),
    .node_pid = (pid_t)number_of(env, wishes, "nodePid"),
    .uid = number_of(env, wishes, "uid"),
    .own_network = number_of(env, wishes, "ownNetwork") != 0,
    .jitless = number_of(env, wishes, "jitless") != 0,
    .runs = runs,
    .queue_bytes = number_of(env, wishes, "queueBytes"),
    .group_files = runs == 0 ? 0 : files / runs,
    .groups = groups,
  };
  enter(&server, &options);
  return NULL;
}

static napi_value serve_runs(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  serve(&server);
  return NULL;
}

/* False when the server has closed its end before the first byte. */
static bool read_all(char *bytes, size_t count) {
  size_t at = 0;
  while (at < count) {
    ssize_t got = read(RUN_FD, bytes + at, count - at);
    if (got > 0) at += (size_t)got;
    else if (got == 0 && at == 0) return false;
    else if (got == 0 || errno != EINTR) end(EXIT_SETUP);
  }
  return true;
}

static void write_all(const char *bytes, size_t count) {
  size_t at = 0;
  while (at < count) {
    ssize_t got = write(RUN_FD, bytes + at, count - at);
    if (got >= 0) at += (size_t)got;
    else if (errno != EINTR) end(EXIT_SETUP);
  }
}

/* The text of the next frame; undefined when none comes any more. */
static napi_value receive(napi_env env, napi_callback_info info) {
  (void)info;
  uint32_t header;
  if (!read_all((char *)&header, sizeof header)) return NULL;
  size_t bytes = ntohl(header);
  char *text = bytes > MAX_FRAME_BYTES ? NULL : malloc(bytes + 1);
  if (text == NULL || (bytes > 0 && !read_all(text, bytes))) end(EXIT_SETUP);
  napi_value value;
  if (napi_create_string_utf8(env, text, bytes, &value) != napi_ok) end(EXIT_SETUP);
  free(text);
  return value;
}

static napi_value send_frame(napi_env env, napi_callback_info info) {
  size_t count = 1;
  size_t bytes;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  if (napi_get_value_string_utf8(env, value, NULL, 0, &bytes) != napi_ok) end(EXIT_SETUP);
  char *frame = bytes > MAX_FRAME_BYTES ? NULL : malloc(FRAME_HEADER_BYTES + bytes + 1);
  if (frame == NULL) end(EXIT_SETUP);
  *(uint32_t *)(void *)frame = htonl((uint32_t)bytes);
  napi_get_value_string_utf8(env, value, frame + FRAME_HEADER_BYTES, bytes + 1, &bytes);
  write_all(frame, FRAME_HEADER_BYTES + bytes);
  free(frame);
  return NULL;
}

static napi_value exit_run(napi_env env, napi_callback_info info) {
  size_t count = 1;
  int32_t code = EXIT_SETUP;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  napi_get_value_int32(env, value, &code);
  end(code);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
    {.utf8name = "enter", .method = enter_server},
    {.utf8name = "serve", .method = serve_runs},
    {.utf8name = "receive", .method = receive},
    {.utf8name = "send", .method = send_frame},
    {.utf8name = "exit", .method = exit_run},
  };
  if (napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions) != napi_ok)
    return NULL;
  return exports;
}
