import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { hashWords, padRight, textWord } from "./word.ts";

// Hash chains and seeds of the default beacon (spec 05).

/** How many rounds one chain lasts. */
export const CHAIN_LENGTH = 65_536;

/** Seed before the first round. */
export const FIRST_SEED: Hex = `0x${"00".repeat(27)}`;

const ROUND = textWord("deed.round.1");

export interface Preimage {
  readonly operatorNo: number;
  readonly preimage: Hex;
}

/** `H(x) = keccak(0x03 ‖ x)`: one step of a chain towards its tip. */
export function chainStep(preimage: Uint8Array, hasher: Hasher = nobleHasher): Uint8Array {
  return chainAfter(preimage, 1, hasher);
}

/** As many steps from a value. */
export function chainAfter(
  value: Uint8Array,
  steps: number,
  hasher: Hasher = nobleHasher,
): Uint8Array {
  let current = value;
  const tagged = new Uint8Array(1 + value.length);
  tagged[0] = 3;
  for (let step = 0; step < steps; step += 1) {
    tagged.set(current, 1);
    current = hasher.keccak256(tagged);
  }
  return current;
}

/** Does this preimage lead to the tip? */
export function isPreimageOf(preimage: Hex, tip: Hex, hasher: Hasher = nobleHasher): boolean {
  return leadsTo(preimage, tip, 1, hasher);
}

/** Is `later` so many steps after the preimage on its chain? */
export function leadsTo(
  preimage: Hex,
  later: Hex,
  steps: number,
  hasher: Hasher = nobleHasher,
): boolean {
  return bytesToHex(chainAfter(hexToBytes(preimage), steps, hasher)) === later;
}

/** Sum of what was revealed; it does not depend on the order of posting. */
export function mixOf(preimages: readonly Preimage[], hasher: Hasher = nobleHasher): bigint {
  let sum = 0n;
  for (const { operatorNo, preimage } of preimages) {
    sum += BigInt(hashWords([operatorNo, preimage], hasher));
  }
  return BigInt.asUintN(256, sum);
}

/** The 27 bytes of a round's seed. */
export function roundSeed(
  round: number,
  previousSeed: Hex,
  mix: bigint,
  hasher: Hasher = nobleHasher,
): Hex {
  const hash = hashWords([ROUND, round, padRight(previousSeed), mix], hasher);
  return `0x${hash.slice(2, 56)}`;
}
