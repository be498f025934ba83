import type { LedgerCheckpoint } from "@deed/sdk";
import type { AuditMinimum } from "./signer/signer-api.ts";
import type { ReadTables } from "./store/tables.ts";

/** The newest audit positions of this node that the ledger shows: its signer's log cannot be shorter. */
export function minimumAudit(
  read: ReadTables,
  nodeNo: number,
  checkpoint: LedgerCheckpoint,
): AuditMinimum {
  const records = read.batches.select(
    "node_no = :nodeNo AND record_audit_seq IS NOT NULL ORDER BY record_audit_seq DESC LIMIT 1",
    { nodeNo },
  );
  const verdicts = read.verdicts.select(
    `node_no = :nodeNo AND EXISTS (SELECT 1 FROM batches AS b
       WHERE b.batch_no = verdicts.batch_no AND b.settled_block IS NOT NULL)
     ORDER BY audit_seq DESC LIMIT 1`,
    { nodeNo },
  );
  // A checkpoint also counts what the ledger does not show.
  return {
    RecordBatch: Math.max(records[0]?.recordAuditSeq ?? 0, checkpoint.records),
    Commitment: checkpoint.commitments,
    Verdict: Math.max(verdicts[0]?.auditSeq ?? 0, checkpoint.verdicts),
    Vote: checkpoint.votes,
    AuditCheckpoint: checkpoint.auditSeq,
  };
}
