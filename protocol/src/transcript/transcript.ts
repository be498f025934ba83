import { type Hasher, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { merklePath, merkleRoot } from "../encoding/merkle.ts";
import type { Leaf } from "./leaf.ts";
import { type Attempt, leafHash } from "./leaf-hash.ts";

/** The leaves' hashes, chained, and the root that a record commits to. */
export interface Transcript {
  readonly leafHashes: readonly Hex[];
  readonly root: Hex;
}

/** Hashes the leaves of one attempt. */
export function transcriptOf(
  of: Attempt,
  leaves: readonly Leaf[],
  hasher: Hasher = nobleHasher,
): Transcript {
  const leafHashes: Hex[] = [];
  for (const leaf of leaves) {
    leafHashes.push(leafHash(of, leaf, leafHashes.at(-1) ?? null, hasher));
  }
  return { leafHashes, root: merkleRoot(leafHashes, hasher) };
}

/** Path of one leaf under the transcript's root. */
export function leafPath(
  transcript: Transcript,
  index: number,
  hasher: Hasher = nobleHasher,
): readonly Hex[] {
  return merklePath(transcript.leafHashes, index, hasher);
}
