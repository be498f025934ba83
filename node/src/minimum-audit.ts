import type { AuditMinimum } from "./signer/signer-api.ts";
import type { ReadTables } from "./store/tables.ts";

/** The newest audit positions of this node that the ledger shows: its signer's log cannot be shorter. */
export function minimumAudit(read: ReadTables, nodeNo: number): AuditMinimum {
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
  const record = records[0]?.recordAuditSeq ?? null;
  const verdict = verdicts[0]?.auditSeq ?? null;
  return {
    ...(record === null ? {} : { RecordBatch: record }),
    ...(verdict === null ? {} : { Verdict: verdict }),
  };
}
