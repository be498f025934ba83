import type {
  AuditPosition,
  BatchItem,
  Commitment,
  Hex,
  RecordBatch,
  Verdict,
  Vote,
} from "@deed/protocol/encoding";
import type { AuditedKind } from "./audit-entry.ts";
import type { KeyStandings, KeyTier } from "./key-tier.ts";

/** What a caller says of a structure: all but the audit position, which the signer fills in. */
export type Unsigned<T extends AuditPosition> = Omit<T, keyof AuditPosition>;

/** A structure as signed, with its position and the duty key's signature. */
export type Signed<T extends AuditPosition> = T & { readonly signature: Hex };

/** A batch to be recorded, whole: the signer computes both roots from it. */
export interface BatchToRecord {
  readonly batchNo: number;
  /** All positions of the batch. */
  readonly items: readonly BatchItem[];
  readonly posted: bigint;
  /** 128 bytes for each set bit of `posted`, in order. */
  readonly records: Hex;
}

/** A signed batch with the records that it commits to. */
export interface SignedBatch extends Signed<RecordBatch> {
  readonly records: Hex;
}

/** A call of one of Deed's contracts; value is always zero. */
export interface TransactionToSign {
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly gas: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

/** An empty transfer to itself that spends a nonce. */
export interface BurnToSign {
  readonly nonce: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

export interface SignedTransaction {
  readonly raw: Hex;
  readonly txHash: Hex;
}

export interface LeafToIssue {
  /** DER SubjectPublicKeyInfo of the leaf's key. */
  readonly publicKeySpki: Hex;
  readonly nodeUri: string;
  readonly validFromSec: number;
  readonly validToSec: number;
}

export interface SignedReceipt {
  readonly fireHash: Hex;
  readonly nodeNo: number;
  readonly atMs: number;
  readonly signature: Hex;
}

export interface SignedCaBinding {
  readonly operatorNo: number;
  readonly caHash: Hex;
  readonly endpoint: string;
  readonly signature: Hex;
}

/** Newest audit position of each structure, and how many nonces are used. */
export type AuditMinimum = Readonly<Partial<Record<AuditedKind | "Transaction", number>>>;

export interface SignerStatus {
  readonly duty: Hex;
  readonly action: Hex;
  readonly caHash: Hex;
  /** Of the key that is kept worst. */
  readonly keyTier: KeyTier;
  readonly standings: KeyStandings;
  readonly auditHead: Hex;
  /** Newest position of each structure; 0 before the first. */
  readonly auditSeq: Readonly<Record<AuditedKind, number>>;
  /** The lowest nonce that was never signed. */
  readonly nextNonce: number;
  readonly halted: string | null;
}

/** The keys of a node, behind the rules of spec 01. Asked again, it answers as before. Errors: SignerError. */
export interface Signer {
  recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>>;
  commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>>;
  verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>>;
  vote(vote: Unsigned<Vote>): Promise<Signed<Vote>>;
  tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
  }): Promise<SignedCaBinding>;
  receipt(receipt: { readonly fireHash: Hex; readonly atMs: number }): Promise<SignedReceipt>;
  transaction(transaction: TransactionToSign): Promise<SignedTransaction>;
  burn(burn: BurnToSign): Promise<SignedTransaction>;
  /** DER certificate. */
  issueLeaf(leaf: LeafToIssue): Promise<Hex>;
  /** DER certificate of the node's CA. */
  caCertificate(): Promise<Hex>;
  /** Preimage number `index` of the beacon chain, from 1: `H^index(preimage) = tip`. */
  preimage(index: number): Promise<Hex>;
  chainTip(): Promise<Hex>;
  /** What was signed for a batch; null when nothing was. */
  signedBatch(batchNo: number): Promise<SignedBatch | null>;
  status(): Promise<SignerStatus>;
}
