export { type AuditReport, auditRun } from "./audit/audit.ts";
export type { AuditOptions } from "./audit/audit-context.ts";
export { CHECK_NAMES, type Check, type CheckName, type CheckResult } from "./audit/check.ts";
export { ChainError, type ChainFailure } from "./chain/chain-error.ts";
export { type BlockHeader, decodeHeader, encodeHeader, type HeaderFields } from "./chain/header.ts";
export { EVENT_SIGNATURES, eventTopic, type LedgerEventName } from "./chain/ledger-event.ts";
export { encodeReceipt, type Log, type ReceiptFields } from "./chain/receipt.ts";
export { type IndexTrie, indexTrie } from "./chain/trie-builder.ts";
export { type CheckedBundle, checkBundle, type Recorded, verifyExecution } from "./check-bundle.ts";
export { isReceipt } from "./effect-of-leaf.ts";
export {
  contradictedFault,
  contradictedVerdict,
  type ProvenFault,
} from "./evidence/contradiction.ts";
export {
  commitmentEquivocation,
  recordEquivocation,
  verdictEquivocation,
} from "./evidence/equivocation.ts";
export {
  type Evidence,
  type LeafProof,
  PROVABLE_FAULTS,
  type ProvableFault,
  placeOfEvidence,
  type RecordProof,
  type SignedCommitment,
  type SignedRecordBatch,
  type SignedVerdict,
} from "./evidence/evidence.ts";
export { isLate } from "./evidence/leaf-rules.ts";
export { type RecordedSubject, recordEvidence } from "./evidence/record-evidence.ts";
export { type FoundEvidence, runEvidence } from "./evidence/run-evidence.ts";
export { type Divergence, type Replayed, replay } from "./replay.ts";
