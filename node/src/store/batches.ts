import type { BatchItem, Hex } from "@deed/protocol/encoding";
import {
  bits,
  bytes,
  type Columns,
  choice,
  flag,
  hex,
  integer,
  json,
  optional,
  text,
} from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

export type BatchStatus = "claimed" | "recorded" | "settled" | "expired";

/** All of them. */
const STATUSES = "'claimed', 'recorded', 'settled', 'expired'";

/** A claim batch and what became of it. */
export interface BatchRow {
  readonly batchNo: number;
  readonly nodeNo: number;
  readonly generation: number;
  readonly deadlineSec: number;
  readonly kind: number;
  readonly leaseClass: number;
  readonly count: number;
  /** The accepted items, in order. */
  readonly items: readonly BatchItem[];
  readonly itemsRoot: Hex;
  readonly status: BatchStatus;
  /** Claimed by this node. */
  readonly mine: boolean;
  /** Process that sent the claim: the only one that may run at-most-once steps. */
  readonly submittedBy: string | null;
  readonly claimBlock: number;
  readonly claimTx: Hex;
  readonly posted: bigint;
  readonly recordRoot: Hex | null;
  /** 128 bytes for each posted bit. */
  readonly records: Uint8Array | null;
  readonly recordBlock: number | null;
  readonly recordBlockHash: Hex | null;
  readonly recordAuditSeq: number | null;
  readonly recordAuditHead: Hex | null;
  readonly recordSignature: Hex | null;
  readonly round: number | null;
  readonly draw: number;
  readonly pending: bigint;
  readonly disputed: bigint;
  readonly voided: bigint;
  readonly settledBlock: number | null;
  readonly updatedMs: number;
}

/** What a recorded batch waits for. */
export type WaitingBatch = Pick<BatchRow, "batchNo" | "draw" | "round">;

const COLUMNS: Columns<BatchRow> = {
  batchNo: integer,
  nodeNo: integer,
  generation: integer,
  deadlineSec: integer,
  kind: integer,
  leaseClass: integer,
  count: integer,
  items: json<readonly BatchItem[]>(),
  itemsRoot: hex,
  status: choice<BatchStatus>(),
  mine: flag,
  submittedBy: optional(text),
  claimBlock: integer,
  claimTx: hex,
  posted: bits,
  recordRoot: optional(hex),
  records: optional(bytes),
  recordBlock: optional(integer),
  recordBlockHash: optional(hex),
  recordAuditSeq: optional(integer),
  recordAuditHead: optional(hex),
  recordSignature: optional(hex),
  round: optional(integer),
  draw: integer,
  pending: bits,
  disputed: bits,
  voided: bits,
  settledBlock: optional(integer),
  updatedMs: integer,
};

export class Batches extends Table<BatchRow, "batchNo"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "batches", columns: COLUMNS, key: ["batchNo"] });
  }

  /** This node's batches of one status, oldest first. */
  mine(status: BatchStatus): BatchRow[] {
    return this.select("mine = 1 AND status = :status ORDER BY batch_no", { status });
  }

  /** How many of this node's batches are claimed or recorded, not settled, and changed since then. */
  openSince(updatedMs: number): number {
    const open = "mine = 1 AND status IN ('claimed', 'recorded') AND updated_ms >= :updatedMs";
    return this.count(open, { updatedMs });
  }

  inStatus(status: BatchStatus, limit: number): BatchRow[] {
    return this.select("status = :status ORDER BY deadline_sec LIMIT :limit", { status, limit });
  }

  /** Recorded batches that have or await a committee, oldest first; without what makes rows heavy. */
  waiting(limit: number): WaitingBatch[] {
    return this.database
      .all(
        "SELECT batch_no, draw, round FROM batches WHERE status = 'recorded' AND draw < 3 ORDER BY deadline_sec LIMIT :limit",
        { limit },
      )
      .map((row) => ({
        batchNo: Number(row["batch_no"]),
        draw: Number(row["draw"]),
        round: row["round"] === null ? null : Number(row["round"]),
      }));
  }

  /** Recorded batches that this round decides about. */
  ofRound(round: number): BatchRow[] {
    return this.select("round = :round AND status = 'recorded' ORDER BY batch_no", { round });
  }

  /** Batches of every status whose leases ended after `fromSec` and up to `untilSec`. */
  endedBetween(fromSec: number, untilSec: number): BatchRow[] {
    // With the status, which leaves nothing out, the index serves: a network's batches grow without end.
    return this.select(
      `status IN (${STATUSES}) AND deadline_sec > :fromSec AND deadline_sec <= :untilSec`,
      { fromSec, untilSec },
    );
  }

  /** When the first lease of another node ends after `afterSec`; null when none does. */
  nextDeadlineSec(afterSec: number): number | null {
    const [row] = this.database.all(
      `SELECT MIN(deadline_sec) AS next FROM batches
       WHERE status IN (${STATUSES}) AND deadline_sec > :afterSec AND mine = 0`,
      { afterSec },
    );
    return row?.["next"] == null ? null : Number(row["next"]);
  }

  /** Claimed batches whose lease is over. */
  overdue(nowSec: number, limit: number): BatchRow[] {
    return this.select(
      "status = 'claimed' AND deadline_sec < :nowSec ORDER BY deadline_sec LIMIT :limit",
      { nowSec, limit },
    );
  }
}
