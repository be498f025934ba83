import { type Hasher, nobleHasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import { encodeRlp, type Rlp } from "./rlp.ts";
import { nibblesOf, trieKey } from "./trie.ts";

/** A trie of a block's items by index, for those who export proofs. */
export interface IndexTrie {
  readonly root: Hex;
  /** Nodes from the root down to the item. */
  proof(index: number): readonly Hex[];
}

interface Entry {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

interface Node {
  readonly bytes: Uint8Array;
  /** What its parent holds: the node itself when it is shorter than a hash, else its hash. */
  readonly reference: Rlp;
  /** How many nibbles it takes, and what comes after: by the next nibble, or one child for all. */
  readonly takes: number;
  readonly children: readonly (Node | null)[];
}

/** A block's receipts trie is this, over the receipts in order. */
export function indexTrie(values: readonly Uint8Array[], hasher: Hasher = nobleHasher): IndexTrie {
  if (values.length === 0) {
    return { root: bytesToHex(hasher.keccak256(Uint8Array.of(0x80))), proof: () => [] };
  }
  const entries = values.map((value, index) => ({ path: nibblesOf(trieKey(index)), value }));
  const top = build(entries, 0, hasher);
  return {
    root: bytesToHex(hasher.keccak256(top.bytes)),
    proof: (index) => proofOf(top, entries[index]?.path ?? []),
  };
}

function build(entries: readonly Entry[], at: number, hasher: Hasher): Node {
  const first = entries[0]!;
  if (entries.length === 1) {
    const rest = first.path.slice(at);
    return seal([hexPrefix(rest, 2), first.value], rest.length, [], hasher);
  }
  const shared = sharedLength(entries, at);
  if (shared > 0) {
    const child = build(entries, at + shared, hasher);
    const steps = first.path.slice(at, at + shared);
    return seal([hexPrefix(steps, 0), child.reference], shared, [child], hasher);
  }
  const children = Array.from({ length: 16 }, (_, nibble) => {
    const below = entries.filter((entry) => entry.path[at] === nibble);
    return below.length === 0 ? null : build(below, at + 1, hasher);
  });
  // No index's key begins another's: a branch holds no value of its own.
  const slots = children.map((child) => child?.reference ?? new Uint8Array(0));
  return seal([...slots, new Uint8Array(0)], 1, children, hasher);
}

function seal(
  rlp: readonly Rlp[],
  takes: number,
  children: readonly (Node | null)[],
  hasher: Hasher,
): Node {
  const bytes = encodeRlp(rlp);
  const reference = bytes.length < 32 ? rlp : hasher.keccak256(bytes);
  return { bytes, reference, takes, children };
}

function sharedLength(entries: readonly Entry[], at: number): number {
  const first = entries[0]!.path;
  let shared = 0;
  while (entries.every((entry) => entry.path[at + shared] === first[at + shared])) shared += 1;
  return shared;
}

// The first nibble says whether a leaf follows (2) and whether the rest is odd (1).
function hexPrefix(nibbles: readonly number[], kind: 0 | 2): Uint8Array {
  const isOdd = nibbles.length % 2 === 1;
  const all = isOdd ? [kind + 1, ...nibbles] : [kind, 0, ...nibbles];
  return Uint8Array.from({ length: all.length / 2 }, (_, index) => {
    return (all[index * 2]! << 4) | all[index * 2 + 1]!;
  });
}

function proofOf(top: Node, path: readonly number[]): readonly Hex[] {
  const proof: Hex[] = [];
  let at = 0;
  let node: Node | null | undefined = top;
  while (node) {
    // A node inside its parent is there already.
    if (node === top || node.bytes.length >= 32) proof.push(bytesToHex(node.bytes));
    const nibble: number = node.children.length === 16 ? path[at]! : 0;
    at += node.takes;
    node = node.children[nibble];
  }
  return proof;
}
