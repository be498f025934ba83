import { type Hasher, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { hashWords } from "../encoding/word.ts";

/** Gives the idempotency key of a step's requests. */
export type KeyOfStep = (stepIndex: number) => Hex;

/** Alike for every executor, attempt and try (spec 03). */
export function idempotencyKey(
  executionId: Hex,
  stepIndex: number,
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([executionId, stepIndex], hasher);
}
