import type { Hex } from "@deed/protocol/encoding";
import { bits, type Columns, choice, hex, integer, optional } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** `open` → `committed` → `revealed` (this node's vote) → how it was resolved. */
export type DisputeState = "open" | "committed" | "revealed" | "upheld" | "rejected" | "unverified";

/** A dispute and this node's vote in it. */
export interface DisputeRow {
  readonly disputeNo: number;
  readonly batchNo: number;
  readonly batchIndex: number;
  readonly leaf: number;
  readonly fault: number;
  readonly accusedNo: number;
  /** 0 when the committees could not judge. */
  readonly reporterNo: number;
  readonly generation: number;
  readonly openedBlock: number;
  readonly state: DisputeState;
  readonly responseEndsSec: number;
  readonly commitEndsSec: number;
  readonly revealEndsSec: number;
  /** 0 is innocent. */
  readonly myFault: number | null;
  readonly myLeaf: number | null;
  readonly myReportHash: Hex | null;
  readonly mySalt: Hex | null;
  readonly myCommitment: Hex | null;
  /** Of the signed vote. */
  readonly auditSeq: number | null;
  readonly auditHead: Hex | null;
  readonly signature: Hex | null;
  readonly guilty: number | null;
  readonly innocent: number | null;
  /** What the voters found; 0 unless it was upheld. */
  readonly foundFault: number | null;
  readonly foundLeaf: number | null;
  readonly slashedWei: bigint | null;
  readonly updatedMs: number;
}

const COLUMNS: Columns<DisputeRow> = {
  disputeNo: integer,
  batchNo: integer,
  batchIndex: integer,
  leaf: integer,
  fault: integer,
  accusedNo: integer,
  reporterNo: integer,
  generation: integer,
  openedBlock: integer,
  state: choice<DisputeState>(),
  responseEndsSec: integer,
  commitEndsSec: integer,
  revealEndsSec: integer,
  myFault: optional(integer),
  myLeaf: optional(integer),
  myReportHash: optional(hex),
  mySalt: optional(hex),
  myCommitment: optional(hex),
  auditSeq: optional(integer),
  auditHead: optional(hex),
  signature: optional(hex),
  guilty: optional(integer),
  innocent: optional(integer),
  foundFault: optional(integer),
  foundLeaf: optional(integer),
  slashedWei: optional(bits),
  updatedMs: integer,
};

export class Disputes extends Table<DisputeRow, "disputeNo"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "disputes", columns: COLUMNS, key: ["disputeNo"] });
  }

  /** Disputes that are not resolved. */
  open(): DisputeRow[] {
    return this.select("state IN ('open', 'committed', 'revealed') ORDER BY dispute_no");
  }

  ofBatch(batchNo: number): DisputeRow[] {
    return this.select("batch_no = :batchNo ORDER BY batch_index", { batchNo });
  }
}
