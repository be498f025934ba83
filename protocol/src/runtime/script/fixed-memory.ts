/** A WebAssembly page. */
export const PAGE_BYTES = 65_536;

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/**
 * The module with a maximum for its one memory, which it lacks: the binary's memory section is written again
 * (WebAssembly core specification, 5.5.8). @throws TypeError for bytes that are no such module
 */
export function withMaximumMemory(bytes: Uint8Array, pages: number): Uint8Array {
  let at = HEADER_BYTES;
  while (at < bytes.length) {
    const [length, start] = readCount(bytes, at + 1);
    const end = start + length;
    if (bytes[at] === MEMORY_SECTION) return replaced(bytes, { at, start, end }, pages);
    at = end;
  }
  throw new TypeError("a WebAssembly module without a memory");
}

function replaced(
  bytes: Uint8Array,
  { at, start, end }: { readonly at: number; readonly start: number; readonly end: number },
  pages: number,
): Uint8Array {
  const [minimum] = readCount(bytes, start + 2);
  if (bytes[start] !== 1 || (bytes[start + 1] ?? 0) > HAS_MAXIMUM || minimum > pages) {
    throw new TypeError("a WebAssembly module with another memory");
  }
  const body = [1, HAS_MAXIMUM, ...count(minimum), ...count(pages)];
  const section = [MEMORY_SECTION, ...count(body.length), ...body];
  const written = new Uint8Array(at + section.length + bytes.length - end);
  written.set(bytes.subarray(0, at));
  written.set(section, at);
  written.set(bytes.subarray(end), at + section.length);
  return written;
}

// LEB128, unsigned.
function readCount(bytes: Uint8Array, from: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = from, factor = 1; at < from + 5; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * factor;
    if (byte < 128) return [value, at + 1];
  }
  throw new TypeError("not a WebAssembly module");
}

function count(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...count(Math.floor(value / 128))];
}
