import type { Hex } from "@deed/protocol/encoding";
import { bits, type Columns, choice, hex, integer, json, optional } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** `drawn` → `judged` → `committed` → `revealed` → `ended` (finalised, replaced or without object). */
export type DutyState = "drawn" | "judged" | "committed" | "revealed" | "ended";

/** This node's seat on a committee. */
export interface DutyRow {
  readonly batchNo: number;
  readonly draw: number;
  readonly seat: number;
  readonly operatorNo: number;
  /** Operators of all seats, in order. */
  readonly seats: readonly number[];
  readonly round: number;
  readonly state: DutyState;
  /** When something has to be done next. */
  readonly dueAtMs: number;
  readonly fault: bigint | null;
  readonly unable: bigint | null;
  readonly report: Hex | null;
  readonly reportHash: Hex | null;
  readonly salt: Hex | null;
  readonly commitment: Hex | null;
  readonly commitmentsHash: Hex | null;
  /** Of the signed verdict. */
  readonly auditSeq: number | null;
  readonly auditHead: Hex | null;
  readonly signature: Hex | null;
  readonly updatedMs: number;
}

const COLUMNS: Columns<DutyRow> = {
  batchNo: integer,
  draw: integer,
  seat: integer,
  operatorNo: integer,
  seats: json<readonly number[]>(),
  round: integer,
  state: choice<DutyState>(),
  dueAtMs: integer,
  fault: optional(bits),
  unable: optional(bits),
  report: optional(hex),
  reportHash: optional(hex),
  salt: optional(hex),
  commitment: optional(hex),
  commitmentsHash: optional(hex),
  auditSeq: optional(integer),
  auditHead: optional(hex),
  signature: optional(hex),
  updatedMs: integer,
};

export class Duties extends Table<DutyRow, "batchNo" | "draw"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "duties", columns: COLUMNS, key: ["batchNo", "draw"] });
  }

  inState(state: DutyState, limit: number): DutyRow[] {
    return this.select("state = :state ORDER BY due_at_ms LIMIT :limit", { state, limit });
  }

  /** Duties that have not ended and want something done by now. */
  due(nowMs: number, limit: number): DutyRow[] {
    return this.select("state != 'ended' AND due_at_ms <= :nowMs ORDER BY due_at_ms LIMIT :limit", {
      nowMs,
      limit,
    });
  }

  ofBatch(batchNo: number): DutyRow[] {
    return this.select("batch_no = :batchNo ORDER BY draw", { batchNo });
  }
}
