import { type Hasher, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { hashWords, padRight } from "./word.ts";

/** One drawing of a committee (spec 05). */
export interface Draw {
  /** 27 bytes. */
  readonly seed: Hex;
  readonly batchNo: number;
  /** 0 for the first committee, 1 and 2 for redraws; see `replacementDraw`. */
  readonly draw: number;
  /** How many verifiers the batch's generation has. */
  readonly verifiers: number;
  /** Positions that cannot be drawn. */
  readonly excluded: ReadonlySet<number>;
  /** Seats to fill. */
  readonly wanted: number;
}

/** k: three, or five from ten verifiers up. */
export function seatCount(verifiers: number): number {
  return verifiers >= 10 ? 5 : 3;
}

/** The number that replacement `replacement` (1, 2) of a draw uses in its place. */
export function replacementDraw(draw: number, replacement: number): number {
  return draw + 16 * replacement;
}

/** Seats in order, as positions among the generation's verifiers; with fewer candidates all of them sit. */
export function drawSeats(draw: Draw, hasher: Hasher = nobleHasher): readonly number[] {
  const candidates: number[] = [];
  for (let position = 0; position < draw.verifiers; position += 1) {
    if (!draw.excluded.has(position)) candidates.push(position);
  }
  const seats = Math.min(draw.wanted, candidates.length);
  const seed = padRight(draw.seed);
  for (let seat = 0; seat < seats; seat += 1) {
    const random = BigInt(hashWords([seed, draw.batchNo, draw.draw, seat], hasher));
    const other = seat + Number(random % BigInt(candidates.length - seat));
    const drawn = candidates[other]!;
    candidates[other] = candidates[seat]!;
    candidates[seat] = drawn;
  }
  return candidates.slice(0, seats);
}
