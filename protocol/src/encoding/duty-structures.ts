import { type Hasher, keccakText, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { typedDigest } from "./typed-data.ts";
import { hashWords, type Word } from "./word.ts";

// What a node's duty key signs (spec 01). The domain is that of the contract that reads the structure.

/** Place of a signature in the signer's log. */
export interface AuditPosition {
  /** Contiguous per node and structure, from 1. */
  readonly auditSeq: number;
  /** SHA-256 head of the log before this signature's entry. */
  readonly auditHead: Hex;
}

export interface RecordBatch extends AuditPosition {
  readonly batchNo: number;
  readonly itemsRoot: Hex;
  readonly recordRoot: Hex;
  /** Bitmap over the batch's positions. */
  readonly posted: bigint;
}

export interface Commitment extends AuditPosition {
  readonly batchNo: number;
  readonly draw: number;
  readonly commitment: Hex;
}

export interface Verdict extends AuditPosition {
  readonly batchNo: number;
  readonly draw: number;
  readonly recordBlockHash: Hex;
  readonly commitmentsHash: Hex;
  readonly fault: bigint;
  readonly unable: bigint;
  readonly reportHash: Hex;
}

export interface Vote extends AuditPosition {
  readonly disputeNo: number;
  /** Number of the fault that the voter found (spec 07); 0 is innocent. */
  readonly fault: number;
  readonly leaf: number;
  readonly reportHash: Hex;
}

/** How far a signer's log is: what it has before the entry of this signature. Domain of Executions. */
export interface AuditCheckpoint extends AuditPosition {
  readonly nodeNo: number;
  /** Lines of the log. */
  readonly entries: number;
  /** Newest positions of the four structures that have one besides. */
  readonly records: number;
  readonly commitments: number;
  readonly verdicts: number;
  readonly votes: number;
  /** How often the log says that a duty key was about to be used; the same of action keys. */
  readonly dutyUses: number;
  readonly actionUses: number;
}

export interface TlsCaBinding {
  readonly operatorNo: number;
  readonly caHash: Hex;
  readonly endpoint: string;
}

/** The node's P-256 key to which users seal: the affine coordinates, each 32 bytes big-endian. */
export interface SealingKeyBinding {
  readonly operatorNo: number;
  readonly x: Hex;
  readonly y: Hex;
}

/** New keys of a node, signed by each of them. Domain of Registry. */
export interface KeyRotation {
  readonly nodeNo: number;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  /** From when on they hold; 0: at once, and the key before is void. */
  readonly fromSec: number;
}

/** A node took a fire and told the others. Domain of Intents. */
export interface Receipt {
  readonly fireHash: Hex;
  readonly nodeNo: number;
  readonly atMs: number;
}

/** A node has seen a checkpoint of another one and none that contradicts it. Domain of Executions. */
export interface Witnessed {
  readonly witnessNo: number;
  readonly checkpointDigest: Hex;
  readonly atMs: number;
}

export const RECORD_BATCH_TYPE =
  "RecordBatch(uint64 batchNo,bytes32 itemsRoot,bytes32 recordRoot,uint256 posted,uint64 auditSeq,bytes32 auditHead)";
export const COMMITMENT_TYPE =
  "Commitment(uint64 batchNo,uint8 draw,bytes32 commitment,uint64 auditSeq,bytes32 auditHead)";
export const VERDICT_TYPE =
  "Verdict(uint64 batchNo,uint8 draw,bytes32 recordBlockHash,bytes32 commitmentsHash,uint256 fault,uint256 unable,bytes32 reportHash,uint64 auditSeq,bytes32 auditHead)";
export const VOTE_TYPE =
  "Vote(uint64 disputeNo,uint16 fault,uint16 leaf,bytes32 reportHash,uint64 auditSeq,bytes32 auditHead)";
export const AUDIT_CHECKPOINT_TYPE =
  "AuditCheckpoint(uint32 nodeNo,uint64 entries,uint64 records,uint64 commitments,uint64 verdicts,uint64 votes,uint64 dutyUses,uint64 actionUses,uint64 auditSeq,bytes32 auditHead)";
export const TLS_CA_BINDING_TYPE = "TlsCaBinding(uint32 operatorNo,bytes32 caHash,string endpoint)";
export const SEALING_KEY_BINDING_TYPE = "SealingKeyBinding(uint32 operatorNo,bytes32 x,bytes32 y)";
export const KEY_ROTATION_TYPE =
  "KeyRotation(uint32 nodeNo,address dutyKey,address actionKey,uint40 fromSec)";
export const RECEIPT_TYPE = "Receipt(bytes32 fireHash,uint32 nodeNo,uint48 atMs)";
export const WITNESSED_TYPE = "Witnessed(uint32 witnessNo,bytes32 checkpointDigest,uint48 atMs)";

const RECORD_BATCH_HASH = keccakText(RECORD_BATCH_TYPE);
const COMMITMENT_HASH = keccakText(COMMITMENT_TYPE);
const VERDICT_HASH = keccakText(VERDICT_TYPE);
const VOTE_HASH = keccakText(VOTE_TYPE);
const AUDIT_CHECKPOINT_HASH = keccakText(AUDIT_CHECKPOINT_TYPE);
const TLS_CA_BINDING_HASH = keccakText(TLS_CA_BINDING_TYPE);
const SEALING_KEY_BINDING_HASH = keccakText(SEALING_KEY_BINDING_TYPE);
const KEY_ROTATION_HASH = keccakText(KEY_ROTATION_TYPE);
const RECEIPT_HASH = keccakText(RECEIPT_TYPE);
const WITNESSED_HASH = keccakText(WITNESSED_TYPE);

/** Domain: Executions. */
export function recordBatchDigest(
  batch: RecordBatch,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const { batchNo, itemsRoot, recordRoot, posted, auditSeq, auditHead } = batch;
  const words = [RECORD_BATCH_HASH, batchNo, itemsRoot, recordRoot, posted, auditSeq, auditHead];
  return digest(separator, words, hasher);
}

/** Domain: Executions. */
export function commitmentDigest(
  commitment: Commitment,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const { batchNo, draw, auditSeq, auditHead } = commitment;
  const words = [COMMITMENT_HASH, batchNo, draw, commitment.commitment, auditSeq, auditHead];
  return digest(separator, words, hasher);
}

/** Domain: Executions. */
export function verdictDigest(verdict: Verdict, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const words = [
    VERDICT_HASH,
    verdict.batchNo,
    verdict.draw,
    verdict.recordBlockHash,
    verdict.commitmentsHash,
    verdict.fault,
    verdict.unable,
    verdict.reportHash,
    verdict.auditSeq,
    verdict.auditHead,
  ];
  return digest(separator, words, hasher);
}

/** Domain: Disputes. */
export function voteDigest(vote: Vote, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const { disputeNo, fault, leaf, reportHash, auditSeq, auditHead } = vote;
  const words = [VOTE_HASH, disputeNo, fault, leaf, reportHash, auditSeq, auditHead];
  return digest(separator, words, hasher);
}

/** Domain: Executions. */
export function auditCheckpointDigest(
  checkpoint: AuditCheckpoint,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const words = [
    AUDIT_CHECKPOINT_HASH,
    checkpoint.nodeNo,
    checkpoint.entries,
    checkpoint.records,
    checkpoint.commitments,
    checkpoint.verdicts,
    checkpoint.votes,
    checkpoint.dutyUses,
    checkpoint.actionUses,
    checkpoint.auditSeq,
    checkpoint.auditHead,
  ];
  return digest(separator, words, hasher);
}

/** Domain: Registry. */
export function tlsCaBindingDigest(
  binding: TlsCaBinding,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const endpointHash = keccakText(binding.endpoint, hasher);
  const words = [TLS_CA_BINDING_HASH, binding.operatorNo, binding.caHash, endpointHash];
  return digest(separator, words, hasher);
}

/** Domain: Registry. */
export function sealingKeyBindingDigest(
  { operatorNo, x, y }: SealingKeyBinding,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  return digest(separator, [SEALING_KEY_BINDING_HASH, operatorNo, x, y], hasher);
}

/** Domain: Registry. */
export function keyRotationDigest(
  rotation: KeyRotation,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const { nodeNo, dutyKey, actionKey, fromSec } = rotation;
  return digest(separator, [KEY_ROTATION_HASH, nodeNo, dutyKey, actionKey, fromSec], hasher);
}

/** Domain: Intents. */
export function receiptDigest(receipt: Receipt, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const words = [RECEIPT_HASH, receipt.fireHash, receipt.nodeNo, receipt.atMs];
  return digest(separator, words, hasher);
}

/** Domain: Executions. */
export function witnessedDigest(
  witnessed: Witnessed,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const { witnessNo, checkpointDigest, atMs } = witnessed;
  return digest(separator, [WITNESSED_HASH, witnessNo, checkpointDigest, atMs], hasher);
}

function digest(separator: Hex, words: readonly Word[], hasher: Hasher): Hex {
  return typedDigest(separator, hashWords(words, hasher), hasher);
}
