import { readFileSync } from "node:fs";

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) rwxp 00000000 00:00 0 *$/gm;

/** No heap of machine code that grows page by page is as large. */
const LEAST_BYTES = 256 * 1024 * 1024;

/**
 * Bytes of V8's room for machine code when all of it was made writable and executable at the start, from the text of
 * `/proc/PID/maps`: V8 14 does so, with half a gigabyte, which the kernel counts as data from then on. 0 for older ones.
 */
export function codeBytes(maps: string): number {
  const sizes = [...maps.matchAll(MAPPING)].map(
    ([, from, to]) => Number.parseInt(to!, 16) - Number.parseInt(from!, 16),
  );
  return sizes.filter((size) => size >= LEAST_BYTES).reduce((sum, size) => sum + size, 0);
}

let own: number | null = null;

/** The same of this process: its children are the same Node. 0 where the system does not show it. */
export function ownCodeBytes(): number {
  own ??= codeBytes(readMaps());
  return own;
}

function readMaps(): string {
  try {
    return readFileSync("/proc/self/maps", "latin1");
  } catch {
    return "";
  }
}
