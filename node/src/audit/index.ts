export { AuditError, type AuditFailure } from "./audit-error.ts";
export { type AuditSignerOptions, auditSigner, type StoreUses } from "./audit-signer.ts";
export { countSigns, type TrailFilter } from "./cloud-trail.ts";
export type { UseWindow } from "./log-reconciler.ts";
export type { OnProgress } from "./read-ledger.ts";
export {
  type Finding,
  type FindingCode,
  GAP_REASONS,
  type Gap,
  type GapReason,
  type SignerAudit,
} from "./report.ts";
