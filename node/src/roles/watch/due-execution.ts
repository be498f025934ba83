import type { Hex } from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Tables } from "../../store/tables.ts";

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

/** Stores occurrences that this node saw itself. @returns how many are new. */
export function insertSeen(tables: Tables, rows: readonly ExecutionRow[]): number {
  let inserted = 0;
  for (const row of rows) {
    if (tables.executions.insertIfAbsent(row)) {
      inserted += 1;
      continue;
    }
    // Known from a claim: now this node has seen it itself, if it was claimed for its time.
    const { executionId, payload, t0Sec } = row;
    const known = tables.executions.get({ executionId });
    if (known?.payload === null && known.t0Sec === t0Sec) {
      tables.executions.update({ executionId }, { payload });
    }
  }
  return inserted;
}
