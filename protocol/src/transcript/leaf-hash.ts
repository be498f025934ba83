import { jsonHash } from "../encoding/canonical-json.ts";
import { type Hasher, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { leafOfWords, textWord, type Word, ZERO_WORD } from "../encoding/word.ts";
import type { Leaf, LeafKind } from "./leaf.ts";

const LEAF = textWord("deed.leaf.1");

/** Kinds of leaves by number (spec 03). */
export const LEAF_KINDS: { readonly [kind in LeafKind]: number } = {
  TRIGGER: 1,
  CONDITION: 2,
  HTTP: 3,
  CALL: 4,
  SKIP: 5,
  END: 6,
  SCRIPT: 7,
};

/** The step index of TRIGGER and END. */
export const NO_STEP = 65_535;

export const MAX_LEAVES = 256;

/** Whose transcript it is. */
export interface Attempt {
  readonly executionId: Hex;
  readonly attempt: number;
}

/** The sixteen words of one leaf. `previous` is null for the first. */
export function leafWords(
  of: Attempt,
  leaf: Leaf,
  previous: Hex | null,
  hasher: Hasher = nobleHasher,
): readonly Word[] {
  return [
    LEAF,
    of.executionId,
    of.attempt,
    leaf.index,
    leaf.step,
    LEAF_KINDS[leaf.kind],
    leaf.try,
    leaf.status,
    leaf.level,
    jsonHash(leaf.input, hasher),
    jsonHash(leaf.output, hasher),
    previous ?? ZERO_WORD,
    leaf.startedMs,
    leaf.endedMs,
    leaf.anchorNumber,
    leaf.anchorHash,
  ];
}

/** Hash of one leaf. `previous` is null for the first. */
export function leafHash(
  of: Attempt,
  leaf: Leaf,
  previous: Hex | null,
  hasher: Hasher = nobleHasher,
): Hex {
  return leafOfWords(leafWords(of, leaf, previous, hasher), hasher);
}
