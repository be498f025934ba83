import type { AuditCheckpoint, Hex } from "@deed/protocol/encoding";
import { flag, hex, integer, json, optional } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** A checkpoint of a signer's log that its node showed: another's, or this node's own. */
export interface WitnessedRow {
  readonly nodeNo: number;
  readonly auditSeq: number;
  readonly digest: Hex;
  readonly checkpoint: AuditCheckpoint;
  readonly signature: Hex;
  /** Whose signature it is: a log that was lost is followed by one under another key. */
  readonly dutyKey: Hex;
  /** One of two that no one log can have: kept for ever. */
  readonly contradicts: boolean;
  readonly receivedMs: number;
  /** Of this node's countersignature; null without one. */
  readonly receiptMs: number | null;
  readonly receiptSignature: Hex | null;
}

export class Witnessed extends Table<WitnessedRow, "nodeNo" | "auditSeq" | "digest"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "witnessed",
      columns: {
        nodeNo: integer,
        auditSeq: integer,
        digest: hex,
        checkpoint: json<AuditCheckpoint>(),
        signature: hex,
        dutyKey: hex,
        contradicts: flag,
        receivedMs: integer,
        receiptMs: optional(integer),
        receiptSignature: optional(hex),
      },
      key: ["nodeNo", "auditSeq", "digest"],
    });
  }

  /** Newest first. */
  of(nodeNo: number): WitnessedRow[] {
    return this.select("node_no = :nodeNo ORDER BY audit_seq DESC", { nodeNo });
  }

  newestOf(nodeNo: number, dutyKey: Hex): WitnessedRow | null {
    return this.selectOne(
      "node_no = :nodeNo AND duty_key = :dutyKey ORDER BY audit_seq DESC LIMIT 1",
      { nodeNo, dutyKey },
    );
  }

  /** All that prove something against their nodes. */
  contradicting(): WitnessedRow[] {
    return this.select("contradicts = 1 ORDER BY node_no, audit_seq");
  }

  /** Forgets what contradicts nothing and is older than the newest `most`. */
  deleteOld(nodeNo: number, most: number): number {
    return this.change(
      `DELETE FROM witnessed WHERE node_no = :nodeNo AND contradicts = 0 AND audit_seq <= (
         SELECT audit_seq FROM witnessed WHERE node_no = :nodeNo AND contradicts = 0
         ORDER BY audit_seq DESC LIMIT 1 OFFSET :most)`,
      { nodeNo, most },
    );
  }
}

/** Another node's countersignature under a checkpoint of this one. */
export interface WitnessReceiptRow {
  readonly auditSeq: number;
  readonly witnessNo: number;
  readonly digest: Hex;
  readonly atMs: number;
  readonly signature: Hex;
}

export class WitnessReceipts extends Table<WitnessReceiptRow, "auditSeq" | "witnessNo"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "witness_receipts",
      columns: {
        auditSeq: integer,
        witnessNo: integer,
        digest: hex,
        atMs: integer,
        signature: hex,
      },
      key: ["auditSeq", "witnessNo"],
    });
  }

  /** Number of the newest checkpoint that the witness countersigned; 0 for none. */
  newestBy(witnessNo: number): number {
    const row = this.selectOne("witness_no = :witnessNo ORDER BY audit_seq DESC LIMIT 1", {
      witnessNo,
    });
    return row?.auditSeq ?? 0;
  }

  deleteBelow(auditSeq: number): number {
    return this.change("DELETE FROM witness_receipts WHERE audit_seq < :auditSeq", { auditSeq });
  }
}
