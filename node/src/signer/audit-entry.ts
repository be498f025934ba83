import type { Hex } from "@deed/protocol/encoding";

/** Structures with a counter of their own (spec 01, "Audit position"). */
export const AUDITED_KINDS = ["RecordBatch", "Commitment", "Verdict", "Vote"] as const;

export type AuditedKind = (typeof AUDITED_KINDS)[number];

/** Everything that is logged. */
export type EntryKind =
  | AuditedKind
  | "Genesis"
  /** A signature of no structure, by which a start proves that a store's key works. */
  | "SelfTest"
  /** What the log says already was signed once more: a store's signatures differ, and its counter counts each. */
  | "Again"
  | "TlsCaBinding"
  | "Receipt"
  | "Transaction"
  | "Certificate"
  | "Preimage"
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

/** Is a structure of this kind counted? */
export function isAudited(kind: EntryKind): kind is AuditedKind {
  return (AUDITED_KINDS as readonly string[]).includes(kind);
}

/** The entry as the log holds it; the head is the SHA-256 of this text. */
export function entryText(entry: AuditEntry): string {
  const { n, prev, atMs, kind, seq, body } = entry;
  return JSON.stringify({ n, prev, atMs, kind, ...(seq === undefined ? {} : { seq }), body });
}
