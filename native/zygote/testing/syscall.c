// For tests of containment only, in no build that is installed: any system call, from JavaScript.
#define _GNU_SOURCE
#include <errno.h>
#include <node_api.h>
#include <stdint.h>
#include <unistd.h>

enum { WORDS = 7 };

/* A number as it is; a Uint8Array as the address of its bytes. */
static long word_of(napi_env env, napi_value value) {
  int64_t number;
  void *bytes;
  if (napi_get_value_int64(env, value, &number) == napi_ok) return (long)number;
  if (napi_get_typedarray_info(env, value, NULL, NULL, &bytes, NULL, NULL) == napi_ok)
    return (long)(uintptr_t)bytes;
  return 0;
}

/* syscall(number, …arguments): its result, or the negative errno. */
static napi_value call(napi_env env, napi_callback_info info) {
  napi_value given[WORDS];
  size_t count = WORDS;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  long words[WORDS] = {0};
  for (size_t i = 0; i < count && i < WORDS; i++) words[i] = word_of(env, given[i]);
  long result = syscall(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
  napi_value value;
  napi_create_int64(env, result < 0 ? -errno : result, &value);
  return value;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "syscall", NAPI_AUTO_LENGTH, call, NULL, &function);
  napi_set_named_property(env, exports, "syscall", function);
  return exports;
}
