import type { Hex } from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import { type Columns, choice, hex, integer, json, optional, text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/**
 * `due` → `claiming` → `claimed` → `running` → `done` → `recorded` → `final` or `void`.
 * `failed`: the lease was lost without a record; `missed`: nobody claimed it in time; `refused`: by this node.
 */
export type ExecutionState =
  | "due"
  | "claiming"
  | "claimed"
  | "running"
  | "done"
  | "recorded"
  | "final"
  | "void"
  | "failed"
  | "missed"
  | "refused";

/** One occurrence of one intent. */
export interface ExecutionRow {
  readonly executionId: Hex;
  readonly intentNo: number;
  readonly intentHash: Hex;
  readonly occurrenceId: Hex;
  readonly kind: number;
  readonly leaseClass: number;
  /** 0 for events. */
  readonly ordinal: number;
  readonly t0Sec: number;
  /** Null when this node has not seen the occurrence itself. */
  readonly payload: OccurrencePayload | null;
  /** Ledger block in which it was seen; null when none shows it. A reorganisation takes it back. */
  readonly seenBlock: number | null;
  readonly state: ExecutionState;
  readonly reason: string | null;
  /** Attempt that is or will be claimed, from 1. */
  readonly attempt: number;
  readonly batchNo: number | null;
  readonly batchIndex: number | null;
  readonly holderNode: number | null;
  readonly dueAtMs: number;
  /** When this node may claim; null when it may not. */
  readonly nextRankAtMs: number | null;
  readonly status: number | null;
  readonly transcriptRoot: Hex | null;
  readonly bundleSha256: Hex | null;
  /** The 128 bytes. */
  readonly record: Hex | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

const COLUMNS: Columns<ExecutionRow> = {
  executionId: hex,
  intentNo: integer,
  intentHash: hex,
  occurrenceId: hex,
  kind: integer,
  leaseClass: integer,
  ordinal: integer,
  t0Sec: integer,
  payload: json<OccurrencePayload | null>(),
  seenBlock: optional(integer),
  state: choice<ExecutionState>(),
  reason: optional(text),
  attempt: integer,
  batchNo: optional(integer),
  batchIndex: optional(integer),
  holderNode: optional(integer),
  dueAtMs: integer,
  nextRankAtMs: optional(integer),
  status: optional(integer),
  transcriptRoot: optional(hex),
  bundleSha256: optional(hex),
  record: optional(hex),
  createdMs: integer,
  updatedMs: integer,
};

export class Executions extends Table<ExecutionRow, "executionId"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "executions", columns: COLUMNS, key: ["executionId"] });
  }

  /** Due executions that this node may claim now, oldest first. */
  claimable(nowMs: number, limit: number): ExecutionRow[] {
    return this.select(
      "state = 'due' AND next_rank_at_ms <= :nowMs ORDER BY next_rank_at_ms LIMIT :limit",
      { nowMs, limit },
    );
  }

  /** When the next due execution may be claimed; null when none waits. */
  nextClaimableMs(): number | null {
    const row = this.database.get(
      "SELECT min(next_rank_at_ms) AS next FROM executions WHERE state = 'due'",
    );
    return row?.["next"] == null ? null : Number(row["next"]);
  }

  inState(state: ExecutionState, limit: number): ExecutionRow[] {
    return this.select("state = :state ORDER BY due_at_ms LIMIT :limit", { state, limit });
  }

  countInState(state: ExecutionState): number {
    return this.count("state = :state", { state });
  }

  /** In the order of the batch. */
  ofBatch(batchNo: number): ExecutionRow[] {
    return this.select("batch_no = :batchNo ORDER BY batch_index", { batchNo });
  }

  /** Newest first, before a time. */
  ofIntent(intentNo: number, beforeSec: number, limit: number): ExecutionRow[] {
    return this.select(
      "intent_no = :intentNo AND t0_sec < :beforeSec ORDER BY t0_sec DESC LIMIT :limit",
      { intentNo, beforeSec, limit },
    );
  }

  /** How many of an intent's executions are in each state; states without any are left out. */
  countsOfIntent(intentNo: number): { readonly [state: string]: number } {
    const sql =
      "SELECT state, count(*) AS rows FROM executions WHERE intent_no = :intentNo GROUP BY state";
    const rows = this.database.all(sql, { intentNo });
    return Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["rows"])]));
  }

  /** Sets the state of a batch's executions whose bit is set. */
  updateStateOfBatch(
    batchNo: number,
    bits: bigint,
    state: ExecutionState,
    updatedMs: number,
  ): number {
    const where = "batch_no = :batchNo AND batch_index IN (SELECT value FROM json_each(:indexes))";
    const rows = { batchNo, indexes: JSON.stringify(setBits(bits)) };
    this.remember(["state"], where, rows);
    return this.change(
      `UPDATE executions SET state = :state, updated_ms = :updatedMs WHERE ${where}`,
      { state, updatedMs, ...rows },
    );
  }

  /** Sets the state of an intent's executions that nobody holds. */
  updateDueOfIntent(
    intentNo: number,
    state: ExecutionState,
    reason: string,
    updatedMs: number,
  ): number {
    const where = "intent_no = :intentNo AND state = 'due'";
    this.remember(["state", "reason"], where, { intentNo });
    return this.change(
      `UPDATE executions SET state = :state, reason = :reason, updated_ms = :updatedMs WHERE ${where}`,
      { state, reason, updatedMs, intentNo },
    );
  }
}

function setBits(bits: bigint): number[] {
  const indexes: number[] = [];
  for (let left = bits, index = 0; left > 0n; left >>= 1n, index += 1) {
    if ((left & 1n) === 1n) indexes.push(index);
  }
  return indexes;
}
