import type {
  AuditCheckpoint,
  AuditPosition,
  BatchItem,
  Commitment,
  Hex,
  KeyRotation,
  RecordBatch,
  Verdict,
  Vote,
  Witnessed,
} from "@deed/protocol/encoding";
import type { AuditedKind } from "./audit-entry.ts";
import type { ChainName, ChainPosition } from "./beacon-chains.ts";
import type { KeyStandings, KeyTier } from "./key-tier.ts";

/** Whose key signs for a duty; without it the first set's. Both stand in the log. */
export interface Begun {
  /** When the duty began, on the ledger's clock. */
  readonly sinceSec?: number;
  /** The duty key that the ledger names for that time. */
  readonly dutyKey?: Hex;
}

/** What a caller says of a structure: all but the audit position, which the signer fills in. */
export type Unsigned<T extends AuditPosition> = Omit<T, keyof AuditPosition> & Begun;

/** A structure as signed, with its position and the duty key's signature. */
export type Signed<T extends AuditPosition> = T & { readonly signature: Hex };

/** A batch to be recorded, whole: the signer computes both roots from it. */
export interface BatchToRecord extends Begun {
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

/** Which action key: default the first set's. */
export interface Sent {
  readonly from?: Hex;
}

/** A call of one of Deed's contracts; value is always zero. */
export interface TransactionToSign extends Sent {
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly gas: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

/** An empty transfer to itself that spends a nonce. */
export interface BurnToSign extends Sent {
  readonly nonce: number;
  /** Gas limit; what is above 21,000 is not used, and tells one signer's transaction from another's. */
  readonly gas?: number;
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
  /** Of the CA key that is to sign. Default: of the first set's. */
  readonly caHash?: Hex;
}

export interface SignedWitness extends Witnessed {
  readonly signature: Hex;
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

export interface SignedSealingBinding {
  readonly operatorNo: number;
  readonly x: Hex;
  readonly y: Hex;
  readonly signature: Hex;
}

/** A sealed box, and what it may be opened for. */
export interface BoxToOpen {
  readonly intentHash: Hex;
  readonly name: string;
  readonly box: Hex;
}

export interface SignedKeyRotation extends KeyRotation {
  readonly dutyProof: Hex;
  readonly actionProof: Hex;
}

/** Newest audit position of each structure, and how many nonces are used. */
export type AuditMinimum = Readonly<Partial<Record<AuditedKind | "Transaction", number>>>;

/** What may be known of one set of keys. */
export interface KeySetStatus {
  readonly number: number;
  readonly duty: Hex;
  readonly action: Hex;
  readonly caHash: Hex;
  readonly sealing: Hex;
  /** The action key's lowest nonce that was never signed. */
  readonly nextNonce: number;
}

/** What the ledger shows of a node's keys. */
export interface LedgerSight {
  readonly minimum: AuditMinimum;
  /** Transactions in the chain, by action key. */
  readonly nonces: Readonly<Record<Hex, number>>;
  /** Newest positions whose head is known: what the log has there must name it, too. */
  readonly heads: Readonly<
    Partial<Record<AuditedKind, { readonly seq: number; readonly head: Hex }>>
  >;
  /** What the chain has at nonces that were used by something the node did not send: the log must have signed it. */
  readonly transactions: readonly SeenTransaction[];
}

/** A transaction of an action key, in the chain. */
export interface SeenTransaction {
  readonly from: Hex;
  readonly nonce: number;
  /** Null for a creation. */
  readonly to: Hex | null;
  /** Keccak-256 of its call data. */
  readonly dataHash: Hex;
}

export interface SignerStatus {
  readonly duty: Hex;
  readonly action: Hex;
  readonly caHash: Hex;
  /** x ‖ y of the sealing key. */
  readonly sealing: Hex;
  /** All sets of keys, the first among them. */
  readonly sets: readonly KeySetStatus[];
  /** The lowest number of a beacon chain that is still in use. */
  readonly beaconChainNo: number;
  /** CA key of the newest leaf since the start; null before the first. */
  readonly leafCaHash: Hex | null;
  /** Of the key that is kept worst. */
  readonly keyTier: KeyTier;
  readonly standings: KeyStandings;
  readonly auditHead: Hex;
  /** Lines of the log. */
  readonly auditEntries: number;
  /** Newest position of each structure; 0 before the first. */
  readonly auditSeq: Readonly<Record<AuditedKind, number>>;
  /** Sealed boxes that were opened, as the log has them. */
  readonly openings: number;
  /** The lowest nonce that was never signed, of the first set's action key. */
  readonly nextNonce: number;
  /** False: its log was last at work elsewhere, where another signer of these keys may still be. */
  readonly isSettled: boolean;
  /** When the log began, in seconds, and whether it follows one that was lost. */
  readonly begun: { readonly atSec: number; readonly continues: boolean };
  readonly halted: string | null;
}

/** The keys of a node, behind the rules of spec 01. Asked again, it answers as before. Errors: SignerError. */
export interface Signer {
  recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>>;
  commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>>;
  verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>>;
  vote(vote: Unsigned<Vote>): Promise<Signed<Vote>>;
  /** Checkpoint number `no` of the log (spec 01): one that was signed, or the next. */
  auditCheckpoint(no: number, begun?: Begun): Promise<Signed<AuditCheckpoint>>;
  tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
    /** Default: of the first set's. */
    readonly caHash?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedCaBinding>;
  /** @param binding `sealing`: of which of the node's keys; default the first. */
  sealingKeyBinding(binding: {
    readonly operatorNo: number;
    readonly sealing?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedSealingBinding>;
  /** What users sealed to this node for one workflow; each opening is an entry of the log. Errors: E_SEALED. */
  open(box: BoxToOpen): Promise<Hex>;
  receipt(receipt: {
    readonly fireHash: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedReceipt>;
  /** A countersignature under another node's checkpoint; whose digest it is the node has looked at. */
  witness(seen: {
    readonly checkpointDigest: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedWitness>;
  /** Proofs by which the registry takes new keys; each of a set of this signer. */
  keyRotation(rotation: Omit<KeyRotation, "nodeNo">): Promise<SignedKeyRotation>;
  transaction(transaction: TransactionToSign): Promise<SignedTransaction>;
  burn(burn: BurnToSign): Promise<SignedTransaction>;
  /** DER certificate. */
  issueLeaf(leaf: LeafToIssue): Promise<Hex>;
  /** DER certificate of the node's CA; by default of the first set's. */
  caCertificate(of?: { readonly caHash: Hex }): Promise<Hex>;
  /** The preimage after those used, of the chain in force. Errors: E_BEACON_CHAIN when it is none of this signer's. */
  preimage(position: ChainPosition): Promise<Hex>;
  /** By default of the first set's first chain. */
  chainTip(name?: ChainName): Promise<Hex>;
  /** Which chain the ledger has; null when none of this signer's. */
  chainInForce(position: ChainPosition): Promise<ChainName | null>;
  /** Makes one more set of keys, in a keystore beside the first. None of it is in force before the ledger says so. */
  addKeySet(): Promise<KeySetStatus>;
  /** What was signed for a batch; null when nothing was. */
  signedBatch(batchNo: number): Promise<SignedBatch | null>;
  /**
   * Compares the log with what the ledger shows; what it did not sign ends signing for good.
   * Errors: E_AUDIT_BEHIND, E_AUDIT_FORKED.
   */
  observe(sight: LedgerSight): Promise<void>;
  /** The ledger has shown that no other signer is at work with these keys. */
  settle(): Promise<void>;
  status(): Promise<SignerStatus>;
}
