import type { LedgerCheckpoint } from "@deed/sdk";
import { minimumAudit } from "./minimum-audit.ts";
import type { LedgerSight } from "./signer/signer-api.ts";
import type { ReadTables } from "./store/tables.ts";

/** What the chain has of action keys. */
export type SeenOfKeys = Pick<LedgerSight, "nonces" | "transactions">;

/** What the ledger shows of a node's keys. `checkpoint` is its log's newest. */
export function ledgerSight(
  read: ReadTables,
  nodeNo: number,
  { checkpoint, ...seen }: SeenOfKeys & { readonly checkpoint: LedgerCheckpoint },
): LedgerSight {
  const [newest] = read.batches.select(
    "node_no = :nodeNo AND record_audit_seq IS NOT NULL ORDER BY record_audit_seq DESC LIMIT 1",
    { nodeNo },
  );
  const seq = newest?.recordAuditSeq ?? null;
  const head = newest?.recordAuditHead ?? null;
  return {
    minimum: minimumAudit(read, nodeNo, checkpoint),
    ...seen,
    heads: {
      ...(seq === null || head === null ? {} : { RecordBatch: { seq, head } }),
      AuditCheckpoint: { seq: checkpoint.auditSeq, head: checkpoint.auditHead },
    },
  };
}
