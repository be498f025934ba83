import type { AuditCheckpoint, Hex, Json, Witnessed } from "@deed/protocol/encoding";

/** A signed commitment of a seat (spec 06, "Off-chain"). */
export interface CommitmentMessage {
  readonly batchNo: number;
  readonly draw: number;
  readonly nodeNo: number;
  readonly commitment: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
}

/** A seat's opened verdict with its report. Bitmaps are words. */
export interface VerdictMessage {
  readonly batchNo: number;
  readonly draw: number;
  readonly nodeNo: number;
  readonly recordBlockHash: Hex;
  readonly commitmentsHash: Hex;
  readonly fault: Hex;
  readonly unable: Hex;
  readonly reportHash: Hex;
  readonly salt: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
  readonly report: Hex;
}

export interface PreimageMessage {
  readonly round: number;
  readonly operatorNo: number;
  readonly preimage: Hex;
}

/** A signed Fire with its input. */
export interface FireMessage {
  readonly intentHash: Hex;
  readonly ordinal: number;
  readonly inputHash: Hex;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
  readonly signature: Hex;
  readonly input: Json;
}

/** A node's signed word that it took a fire. */
export interface ReceiptMessage {
  readonly receipt: {
    readonly fireHash: Hex;
    readonly nodeNo: number;
    readonly atMs: number;
    readonly signature: Hex;
  };
}

/** A signed checkpoint of a signer's log (spec 01). */
export interface CheckpointMessage extends AuditCheckpoint {
  readonly signature: Hex;
}

/** A countersignature under it, or the one that is held and cannot be of the same log. */
export type CheckpointAnswer =
  | { readonly kind: "witnessed"; readonly witness: Witnessed & { readonly signature: Hex } }
  | { readonly kind: "contradicted"; readonly held: CheckpointMessage };

export interface HelloMessage {
  readonly nodeNo: number;
  /** Newest ledger block that the node has seen. */
  readonly head: number;
  readonly versions: { readonly [part: string]: string };
}

/** Reads one JSON message of a peer; null when it is not what it should be. */
export type Reader<T> = (value: unknown) => T | null;

type FieldCheck = (value: unknown) => boolean;

const count: FieldCheck = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const word: FieldCheck = (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
const bytes: FieldCheck = (value) =>
  typeof value === "string" && /^0x(?:[0-9a-f]{2})*$/.test(value);
const json: FieldCheck = (value) => value !== undefined;
const texts: FieldCheck = (value) =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((text) => typeof text === "string");

// Fields that nobody reads are dropped, so that a peer cannot have us pass them on.
function reader<T>(checks: { readonly [name in keyof T]: FieldCheck }): Reader<T> {
  const names = Object.keys(checks) as (keyof T & string)[];
  return (value) => {
    if (typeof value !== "object" || value === null) return null;
    const given = value as { readonly [name: string]: unknown };
    if (!names.every((name) => checks[name](given[name]))) return null;
    return Object.fromEntries(names.map((name) => [name, given[name]])) as T;
  };
}

export const readCommitment: Reader<CommitmentMessage> = reader<CommitmentMessage>({
  batchNo: count,
  draw: count,
  nodeNo: count,
  commitment: word,
  auditSeq: count,
  auditHead: word,
  signature: bytes,
});

export const readVerdict: Reader<VerdictMessage> = reader<VerdictMessage>({
  batchNo: count,
  draw: count,
  nodeNo: count,
  recordBlockHash: word,
  commitmentsHash: word,
  fault: word,
  unable: word,
  reportHash: word,
  salt: word,
  auditSeq: count,
  auditHead: word,
  signature: bytes,
  report: bytes,
});

export const readPreimage: Reader<PreimageMessage> = reader<PreimageMessage>({
  round: count,
  operatorNo: count,
  preimage: word,
});

export const readFire: Reader<FireMessage> = reader<FireMessage>({
  intentHash: word,
  ordinal: count,
  inputHash: word,
  firedAtSec: count,
  validUntilSec: count,
  signature: bytes,
  input: json,
});

const readSignedReceipt = reader<ReceiptMessage["receipt"]>({
  fireHash: word,
  nodeNo: count,
  atMs: count,
  signature: bytes,
});

export const readReceipt: Reader<ReceiptMessage> = (value) => {
  const receipt = readSignedReceipt((value as Partial<ReceiptMessage> | null)?.receipt);
  return receipt === null ? null : { receipt };
};

export const readCheckpoint: Reader<CheckpointMessage> = reader<CheckpointMessage>({
  nodeNo: count,
  entries: count,
  records: count,
  commitments: count,
  verdicts: count,
  votes: count,
  dutyUses: count,
  actionUses: count,
  auditSeq: count,
  auditHead: word,
  signature: bytes,
});

const readWitness = reader<Witnessed & { readonly signature: Hex }>({
  witnessNo: count,
  checkpointDigest: word,
  atMs: count,
  signature: bytes,
});

export const readCheckpointAnswer: Reader<CheckpointAnswer> = (value) => {
  const given = value as { kind?: unknown; witness?: unknown; held?: unknown } | null;
  if (given?.kind === "witnessed") {
    const witness = readWitness(given.witness);
    return witness === null ? null : { kind: "witnessed", witness };
  }
  const held = given?.kind === "contradicted" ? readCheckpoint(given.held) : null;
  return held === null ? null : { kind: "contradicted", held };
};

export const readHello: Reader<HelloMessage> = reader<HelloMessage>({
  nodeNo: count,
  head: count,
  versions: texts,
});
