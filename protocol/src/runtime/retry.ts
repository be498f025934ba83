import { MAX_LEAVES } from "../transcript/leaf-hash.ts";

const MAX_BACKOFF_MS = 60_000;

// The most leaves that a step has without a second try: its condition and its effect.
const LEAVES_PER_STEP = 2;

/** Steps of which every one fits a transcript, with TRIGGER and END. */
export const MAX_STEPS: number = (MAX_LEAVES - 2) / LEAVES_PER_STEP;

/** The pause before the next try: doubling from the plan's back-off on. */
export function backoffMs(firstMs: number, finishedTry: number): number {
  return Math.min(firstMs * 2 ** Math.min(finishedTry - 1, 20), MAX_BACKOFF_MS);
}

/** Is there room for one more try, after which all later steps and END still fit? */
export function hasRoomForTry(leaves: number, laterSteps: number): boolean {
  return leaves + 1 + laterSteps * LEAVES_PER_STEP + 1 <= MAX_LEAVES;
}
