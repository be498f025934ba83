import { equalBytes } from "../../encoding/bytes.ts";
import type { Hasher } from "../../encoding/hasher.ts";
import { type Hex, hexToBytes } from "../../encoding/hex.ts";
import { decodeRlp, encodeRlp, isRlpBytes, type Rlp, rlpNumber } from "./rlp.ts";

// Merkle-Patricia tries, as far as proofs of receipts need them.

/** The key of the item at an index of a block. */
export function trieKey(index: number): Uint8Array {
  return encodeRlp(rlpNumber(index));
}

/**
 * The value that a proof shows at a key, or null when it shows none; `cut` when what there is of the proof
 * leads on to a node that is left out. @throws ChainError
 */
export function provenValue(
  root: Hex,
  key: Uint8Array,
  proof: readonly Hex[],
  hasher: Hasher,
): Uint8Array | "cut" | null {
  const path = nibblesOf(key);
  let wanted: Rlp = hexToBytes(root);
  let at = 0;
  let used = 0;
  for (;;) {
    let node = wanted;
    if (isRlpBytes(wanted)) {
      const given = proof[used];
      used += 1;
      if (given === undefined) return "cut";
      const bytes = hexToBytes(given);
      if (!equalBytes(hasher.keccak256(bytes), wanted)) return null;
      node = decodeRlp(bytes);
    }
    if (isRlpBytes(node)) return null;
    const next = descend(node, path, at);
    if (next === null) return null;
    if (next.isValue) return used === proof.length && isRlpBytes(next.item) ? next.item : null;
    wanted = next.item;
    at = next.at;
  }
}

interface Descent {
  readonly item: Rlp;
  readonly at: number;
  readonly isValue: boolean;
}

function descend(node: readonly Rlp[], path: readonly number[], at: number): Descent | null {
  if (node.length === 17) {
    const isValue = at === path.length;
    const item = node[isValue ? 16 : path[at]!]!;
    if (isRlpBytes(item) && item.length === 0) return null;
    return { item, at: isValue ? at : at + 1, isValue };
  }
  const [partial, item] = node;
  if (node.length !== 2 || partial === undefined || item === undefined) return null;
  if (!isRlpBytes(partial) || partial.length === 0) return null;
  const nibbles = nibblesOf(partial);
  const flag = nibbles[0]!;
  const steps = nibbles.slice(flag % 2 === 1 ? 1 : 2);
  if (flag > 3 || !steps.every((nibble, index) => path[at + index] === nibble)) return null;
  const isLeaf = flag >= 2;
  const end = at + steps.length;
  if (isLeaf && end !== path.length) return null;
  return { item, at: end, isValue: isLeaf };
}

/** Two halves of each byte. */
export function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]);
}
