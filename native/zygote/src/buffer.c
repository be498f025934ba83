#include "serve.h"

#include <string.h>
#include <sys/mman.h>

struct buffer open_buffer(size_t size) {
  void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) fail("buffer");
  if (madvise(bytes, size, MADV_DONTFORK) != 0) fail("MADV_DONTFORK");
  return (struct buffer){.bytes = bytes, .size = size};
}

void close_buffer(struct buffer *buffer) {
  if (buffer->bytes != NULL) munmap(buffer->bytes, buffer->size);
  *buffer = (struct buffer){0};
}

size_t room_in(const struct buffer *buffer) {
  return buffer->size - (buffer->to - buffer->from);
}

/* Moves what is held to the beginning. */
void compact(struct buffer *buffer) {
  size_t held = buffer->to - buffer->from;
  memmove(buffer->bytes, buffer->bytes + buffer->from, held);
  explicit_bzero(buffer->bytes + held, buffer->to - held);
  buffer->from = 0;
  buffer->to = held;
}

/* The caller has looked for room. */
void append(struct buffer *buffer, const void *bytes, size_t count) {
  if (buffer->size - buffer->to < count) compact(buffer);
  memcpy(buffer->bytes + buffer->to, bytes, count);
  buffer->to += count;
}

void consume(struct buffer *buffer, size_t count) {
  explicit_bzero(buffer->bytes + buffer->from, count);
  buffer->from += count;
  if (buffer->from == buffer->to) buffer->from = buffer->to = 0;
}
