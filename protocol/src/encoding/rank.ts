import { type Hasher, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { hashWords, padRight, textWord } from "./word.ts";

// Generations and the order of claims (spec 04).

const GENERATION = textWord("deed.generation.1");

/** A generation's seed, from the seed (27 bytes) of the newest closed round. */
export function generationSeed(
  generation: number,
  roundSeed: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([GENERATION, generation, padRight(roundSeed)], hasher);
}

/** Position of the executor that may claim at once. */
export function rankStart(
  generationSeed: Hex,
  executionId: Hex,
  executors: number,
  hasher: Hasher = nobleHasher,
): number {
  return Number(BigInt(hashWords([generationSeed, executionId], hasher)) % BigInt(executors));
}

/** Rank of the executor at `position` of `executors`, when the one at `start` has rank 0. */
export function rankOf(position: number, start: number, executors: number): number {
  return (position + executors - start) % executors;
}
