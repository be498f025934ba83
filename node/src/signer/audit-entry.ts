import type { Hex } from "@deed/protocol/encoding";

/** Structures with a counter of their own (spec 01, "Audit position"). */
export const AUDITED_KINDS = [
  "RecordBatch",
  "Commitment",
  "Verdict",
  "Vote",
  "AuditCheckpoint",
] as const;

export type AuditedKind = (typeof AUDITED_KINDS)[number];

/** Everything that is logged. */
export type EntryKind =
  | AuditedKind
  | "Genesis"
  /** A signature of no structure, by which a start proves that a store's key works. */
  | "SelfTest"
  /** New keys' proofs for the registry; no counter is spent. */
  | "KeyRotation"
  /** What the log says already was signed once more: a store's signatures differ, and its counter counts each. */
  | "Again"
  /** The ledger showed that no other signer has these keys; the place in which the key's lock holds since. */
  | "Settled"
  | "TlsCaBinding"
  | "SealingKeyBinding"
  /** A sealed box was opened. */
  | "Open"
  | "Receipt"
  /** Another node's checkpoint was countersigned. */
  | "Witnessed"
  | "Transaction"
  | "Certificate"
  | "Preimage"
  /** New keys beside those that there were. */
  | "KeySet"
  | "Refused";

/** Fields of an entry: strings and safe integers, in a fixed order. */
export type EntryBody = Readonly<Record<string, string | number | boolean>>;

/** An entry before it has its place in the log. */
export interface NewEntry {
  readonly kind: EntryKind;
  /** Of the structure; only audited kinds have one. */
  readonly seq?: number;
  readonly body: EntryBody;
}

/** One line of the log. */
export interface AuditEntry extends NewEntry {
  /** Line number, from 1. */
  readonly n: number;
  /** SHA-256 head before this entry. */
  readonly prev: Hex;
  readonly atMs: number;
}

/** A line of a counted structure. */
export interface AuditedEntry extends AuditEntry {
  readonly kind: AuditedKind;
}

/** Is a structure of this kind counted? */
export function isAudited(kind: EntryKind): kind is AuditedKind {
  return (AUDITED_KINDS as readonly string[]).includes(kind);
}

/** The entry as the log holds it; the head is the SHA-256 of this text. */
export function entryText(entry: AuditEntry): string {
  const { n, prev, atMs, kind, seq, body } = entry;
  return JSON.stringify({ n, prev, atMs, kind, ...(seq === undefined ? {} : { seq }), body });
}
