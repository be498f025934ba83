import type { AuditCheckpoint } from "@deed/protocol/encoding";

const FIELDS = [
  "nodeNo",
  "entries",
  "records",
  "commitments",
  "verdicts",
  "votes",
  "dutyUses",
  "actionUses",
  "auditSeq",
  "auditHead",
] as const;

/** Of two checkpoints of one node and key: can no one log have both (spec 01)? */
export function areContradicting(one: AuditCheckpoint, other: AuditCheckpoint): boolean {
  if (one.auditSeq === other.auditSeq) return FIELDS.some((name) => one[name] !== other[name]);
  // Two entries cannot follow one and the same.
  if (one.auditHead === other.auditHead) return true;
  const [earlier, later] = one.auditSeq < other.auditSeq ? [one, other] : [other, one];
  return (["records", "commitments", "verdicts", "votes"] as const).some(
    (name) => later[name] < earlier[name],
  );
}

/** How many structures with a place of their own it counts. */
export function signedBy(checkpoint: AuditCheckpoint | null): number {
  if (checkpoint === null) return 0;
  const { records, commitments, verdicts, votes } = checkpoint;
  return records + commitments + verdicts + votes;
}
