import type { LedgerIntentState } from "@deed/sdk";
import type { ExecutionRow } from "../../store/executions.ts";

const HOUR_MS = 3_600_000;

type Change = Partial<Pick<ExecutionRow, "state" | "reason" | "nextRankAtMs">>;

/**
 * What becomes of an execution that a claim did not get, although nobody else has it: without anything left
 * it is missed, an hour that is used up is waited out, and everything else is tried again.
 */
export function afterMiss(
  intent: LedgerIntentState | null,
  nowMs: number,
  againMs: number,
): Change {
  if (intent?.remaining === 0) return { state: "missed", reason: "USED_UP" };
  const hour = Math.floor(nowMs / HOUR_MS);
  const isUsedUp =
    intent !== null &&
    intent.perHour !== 0 &&
    intent.hour === hour &&
    intent.hourCount >= intent.perHour;
  return { state: "due", nextRankAtMs: isUsedUp ? (hour + 1) * HOUR_MS : againMs };
}
