import type { Hex } from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";

/** What names executions (spec 02). */
export interface LedgerName {
  readonly chainId: number;
  readonly executions: Hex;
}

/** One occurrence of an intent, as a node saw it. */
export interface SeenOccurrence {
  readonly executionId: Hex;
  readonly occurrenceId: Hex;
  readonly ordinal: number;
  readonly t0Sec: number;
  readonly payload: OccurrencePayload;
  readonly seenBlock: number | null;
  readonly nowMs: number;
}

/** A row that the claim role may take up. */
export function dueExecution(intent: IntentRow, seen: SeenOccurrence): ExecutionRow {
  return {
    executionId: seen.executionId,
    intentNo: intent.intentNo,
    intentHash: intent.intentHash,
    occurrenceId: seen.occurrenceId,
    kind: intent.kind,
    leaseClass: intent.leaseClass,
    ordinal: seen.ordinal,
    t0Sec: seen.t0Sec,
    payload: seen.payload,
    seenBlock: seen.seenBlock,
    state: "due",
    reason: null,
    attempt: 1,
    batchNo: null,
    batchIndex: null,
    holderNode: null,
    dueAtMs: seen.t0Sec * 1000,
    // The claim role sets it from its rank.
    nextRankAtMs: seen.t0Sec * 1000,
    status: null,
    transcriptRoot: null,
    bundleSha256: null,
    record: null,
    createdMs: seen.nowMs,
    updatedMs: seen.nowMs,
  };
}
