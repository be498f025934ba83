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

export interface TlsCaBinding {
  readonly operatorNo: number;
  readonly caHash: Hex;
  readonly endpoint: string;
}

/** A node took a fire and told the others. Domain of Intents. */
export interface Receipt {
  readonly fireHash: Hex;
  readonly nodeNo: number;
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
export const TLS_CA_BINDING_TYPE = "TlsCaBinding(uint32 operatorNo,bytes32 caHash,string endpoint)";
export const RECEIPT_TYPE = "Receipt(bytes32 fireHash,uint32 nodeNo,uint48 atMs)";

const RECORD_BATCH_HASH = keccakText(RECORD_BATCH_TYPE);
const COMMITMENT_HASH = keccakText(COMMITMENT_TYPE);
const VERDICT_HASH = keccakText(VERDICT_TYPE);
const VOTE_HASH = keccakText(VOTE_TYPE);
const TLS_CA_BINDING_HASH = keccakText(TLS_CA_BINDING_TYPE);
const RECEIPT_HASH = keccakText(RECEIPT_TYPE);

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

/** Domain: Intents. */
export function receiptDigest(receipt: Receipt, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const words = [RECEIPT_HASH, receipt.fireHash, receipt.nodeNo, receipt.atMs];
  return digest(separator, words, hasher);
}

function digest(separator: Hex, words: readonly Word[], hasher: Hasher): Hex {
  return typedDigest(separator, hashWords(words, hasher), hasher);
}
