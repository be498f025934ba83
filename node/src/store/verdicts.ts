import type { Hex } from "@deed/protocol/encoding";
import { bits, type Columns, hex, integer } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** A seat's signed commitment, of this node or of another. */
export interface CommitmentRow {
  readonly batchNo: number;
  readonly draw: number;
  readonly nodeNo: number;
  readonly commitment: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
  readonly receivedMs: number;
}

const COMMITMENT_COLUMNS: Columns<CommitmentRow> = {
  batchNo: integer,
  draw: integer,
  nodeNo: integer,
  commitment: hex,
  auditSeq: integer,
  auditHead: hex,
  signature: hex,
  receivedMs: integer,
};

type Seat = "batchNo" | "draw" | "nodeNo";

export class Commitments extends Table<CommitmentRow, Seat> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "commitments",
      columns: COMMITMENT_COLUMNS,
      key: ["batchNo", "draw", "nodeNo"],
    });
  }

  ofDraw(batchNo: number, draw: number): CommitmentRow[] {
    return this.select("batch_no = :batchNo AND draw = :draw ORDER BY node_no", { batchNo, draw });
  }
}

/** A seat's signed verdict with its opening. */
export interface VerdictRow {
  readonly batchNo: number;
  readonly draw: number;
  readonly nodeNo: number;
  readonly recordBlockHash: Hex;
  readonly commitmentsHash: Hex;
  readonly fault: bigint;
  readonly unable: bigint;
  readonly report: Hex;
  readonly reportHash: Hex;
  readonly salt: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
  readonly receivedMs: number;
}

const VERDICT_COLUMNS: Columns<VerdictRow> = {
  batchNo: integer,
  draw: integer,
  nodeNo: integer,
  recordBlockHash: hex,
  commitmentsHash: hex,
  fault: bits,
  unable: bits,
  report: hex,
  reportHash: hex,
  salt: hex,
  auditSeq: integer,
  auditHead: hex,
  signature: hex,
  receivedMs: integer,
};

export class Verdicts extends Table<VerdictRow, Seat> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "verdicts",
      columns: VERDICT_COLUMNS,
      key: ["batchNo", "draw", "nodeNo"],
    });
  }

  ofDraw(batchNo: number, draw: number): VerdictRow[] {
    return this.select("batch_no = :batchNo AND draw = :draw ORDER BY node_no", { batchNo, draw });
  }

  ofBatch(batchNo: number): VerdictRow[] {
    return this.select("batch_no = :batchNo ORDER BY draw, node_no", { batchNo });
  }
}
