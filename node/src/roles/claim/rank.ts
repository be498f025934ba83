import { type Hasher, type Hex, rankOf, rankStart } from "@deed/protocol/encoding";
import type { GenerationView } from "../registry-view.ts";

/** The operator's place in the order for one execution; null when it may not claim (spec 04). */
export function ownRank(
  generation: GenerationView,
  operatorNo: number,
  executionId: Hex,
  hasher: Hasher,
): number | null {
  const position = generation.executorList.indexOf(operatorNo);
  if (position === -1) return null;
  const executors = generation.executorList.length;
  return rankOf(position, rankStart(generation.seed, executionId, executors, hasher), executors);
}

/** First block time at which a first claim of this rank passes. */
export function firstClaimAtSec(t0Sec: number, rank: number, deltaSec: number): number {
  return t0Sec + rank * deltaSec;
}

/** The same for a later attempt: the previous lease must be over, not merely ending. */
export function reclaimAtSec(deadlineSec: number, rank: number, deltaSec: number): number {
  return deadlineSec + Math.max(1, rank * deltaSec);
}
