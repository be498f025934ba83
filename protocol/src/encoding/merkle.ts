import { writeUint } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes, writeHex } from "./hex.ts";

// Positional trees of spec 03: an odd last node moves up unchanged, the root binds the count.

/** Root over the leaves in their order. */
export function merkleRoot(leaves: readonly Hex[], hasher: Hasher = nobleHasher): Hex {
  const levels = levelsOf(leaves, hasher);
  return seal(levels.at(-1)![0] ?? new Uint8Array(32), leaves.length, hasher);
}

/** The siblings of one leaf from the bottom up; a level at which its node moved up has none. */
export function merklePath(
  leaves: readonly Hex[],
  index: number,
  hasher: Hasher = nobleHasher,
): readonly Hex[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new EncodingError({ code: "BAD_POSITION", index, count: leaves.length });
  }
  const path: Hex[] = [];
  let position = index;
  for (const level of levelsOf(leaves, hasher)) {
    const sibling = level[position ^ 1];
    if (sibling !== undefined) path.push(bytesToHex(sibling));
    position >>= 1;
  }
  return path;
}

/** The root to which a leaf and its path lead, or null when the place is none or the path's length is not its own. */
export function rootFromPath(
  leaf: Hex,
  index: number,
  count: number,
  path: readonly Hex[],
  hasher: Hasher = nobleHasher,
): Hex | null {
  if (!Number.isInteger(index) || index < 0 || index >= count) return null;
  let node = hexToBytes(leaf);
  let position = index;
  let used = 0;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const isRight = position % 2 === 1;
    if (isRight || position + 1 < width) {
      const given = path[used];
      if (given === undefined) return null;
      const sibling = hexToBytes(given);
      node = isRight ? inner(sibling, node, hasher) : inner(node, sibling, hasher);
      used += 1;
    }
    position = Math.floor(position / 2);
  }
  return used === path.length ? seal(node, count, hasher) : null;
}

/** How many siblings the path of a place has. */
export function pathLength(index: number, count: number): number {
  let length = 0;
  let position = index;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    if (position % 2 === 1 || position + 1 < width) length += 1;
    position = Math.floor(position / 2);
  }
  return length;
}

/** Is this leaf at this place of the tree of `count` leaves under `root`? */
export function verifyPath(
  root: Hex,
  leaf: Hex,
  index: number,
  count: number,
  path: readonly Hex[],
  hasher: Hasher = nobleHasher,
): boolean {
  return rootFromPath(leaf, index, count, path, hasher) === root;
}

function levelsOf(leaves: readonly Hex[], hasher: Hasher): Uint8Array[][] {
  let level = leaves.map((leaf) => wordBytes(leaf));
  const levels = [level];
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index + 1 < level.length; index += 2) {
      above.push(inner(level[index]!, level[index + 1]!, hasher));
    }
    if (level.length % 2 === 1) above.push(level.at(-1)!);
    levels.push(above);
    level = above;
  }
  return levels;
}

function wordBytes(leaf: Hex): Uint8Array {
  if (leaf.length !== 66) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: 32, actual: leaf.length / 2 - 1 });
  }
  const bytes = new Uint8Array(32);
  writeHex(leaf, bytes, 0);
  return bytes;
}

function inner(left: Uint8Array, right: Uint8Array, hasher: Hasher): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return hasher.keccak256(bytes);
}

function seal(top: Uint8Array, count: number, hasher: Hasher): Hex {
  const bytes = new Uint8Array(37);
  bytes[0] = 2;
  writeUint(count, bytes, 1, 4);
  bytes.set(top, 5);
  return bytesToHex(hasher.keccak256(bytes));
}
