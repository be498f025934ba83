import type { Hex } from "@deed/protocol/encoding";
import type { CheckpointMessage } from "../peers/messages.ts";
import type { AuditedKind, EntryKind } from "../signer/audit-entry.ts";
import type { LoggedKey } from "../signer/key-uses.ts";
import type { LogSummary } from "./read-log.ts";

/** Something that an honest signer cannot bring about. */
export type FindingCode =
  | "AUDIT_NOT_IN_LOG"
  | "AUDIT_FORKED"
  | "AUDIT_CONTRADICTED"
  | "AUDIT_TWO_AT_ONE_PLACE"
  | "AUDIT_NONCE_NOT_IN_LOG"
  | "AUDIT_OTHER_TRANSACTION"
  | "AUDIT_KMS_SURPLUS"
  | "AUDIT_BAD_NUMBERING"
  | "AUDIT_OTHER_KEYS";

export interface Finding {
  readonly code: FindingCode;
  /** What it is about, and where it was seen. */
  readonly text: string;
}

/**
 * Why a signature is not on the ledger. `pending`: what it is about is still open. `exchanged`: nodes show it to each
 * other: a commitment whose verdict is published, or a checkpoint before one that is. `superseded`: another verdict of the same draw is. `unused`: the
 * draw or the dispute ended without it. `expired`: the lease ended before the record came. `unknownPlace`: the ledger
 * does not have what it is about. `unexplained`: public data alone do not say.
 */
export const GAP_REASONS = [
  "pending",
  "exchanged",
  "superseded",
  "unused",
  "expired",
  "unknownPlace",
  "unexplained",
] as const;

export type GapReason = (typeof GAP_REASONS)[number];

/** A number that the ledger does not show. */
export interface Gap {
  readonly kind: AuditedKind;
  readonly seq: number;
  readonly about: string | null;
  readonly reason: GapReason;
}

/** One structure's counter. */
export interface KindSummary {
  readonly kind: AuditedKind;
  /** Newest number of the log; null without a log. */
  readonly signed: number | null;
  /** Newest number of the ledger. */
  readonly newestPublished: number;
  readonly published: number;
  readonly gaps: Readonly<Partial<Record<GapReason, number>>>;
}

/** The action key's nonces. */
export interface NonceSummary {
  /** Nonces that the log has, and those of them that the ledger took. */
  readonly signed: number | null;
  readonly mined: number;
  readonly pending: number;
  /** Mined before the log's first; nobody here knows what they were. */
  readonly beforeLog: number;
  /** Transactions that were compared with the log one by one. */
  readonly compared: number;
  /** Of the log's nonces that the ledger took, those whose transaction the endpoint cannot show any more. */
  readonly unseen: number;
}

/** A key's uses: what the log says, and what its store counted. */
export interface UseSummary {
  readonly key: LoggedKey;
  readonly log: number;
  readonly store: number | null;
  /** Written to the log, and not signed after all: the signer was stopped, or the store refused. */
  readonly notMade: number;
}

/** A checkpoint of the node under a duty key that the registry has for it and that was not revoked. */
export interface HeldCheckpoint extends CheckpointMessage {
  readonly dutyKey: Hex;
  readonly digest: Hex;
  /** The witness's file, or the block. */
  readonly from: string;
}

/** What witnesses hold of the node's log. */
export interface WitnessSummary {
  /** Different checkpoints under registered keys. */
  readonly held: number;
  /** Number of the newest; 0 for none. */
  readonly newest: number;
  /** Under another key, a revoked one or none: nothing is said against the node by them. */
  readonly otherKeys: number;
  /** Those of them that their witness says contradict: who has the key of then can check them. */
  readonly unchecked: number;
  /** The newest that each witness countersigned, where the node's own store was given. */
  readonly countersigned: readonly { readonly witnessNo: number; readonly auditSeq: number }[];
  /** Each proves that one key has two logs. */
  readonly pairs: readonly {
    readonly reason: string;
    readonly one: HeldCheckpoint;
    readonly other: HeldCheckpoint;
  }[];
}

export type AuditResult = "ok" | "failed" | "unknown";

export interface SignerAudit {
  readonly result: AuditResult;
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly fromBlock: number;
  readonly toBlock: number;
  /** Null: public data alone. */
  readonly log: LogSummary | null;
  readonly kinds: readonly KindSummary[];
  readonly nonces: NonceSummary;
  readonly uses: readonly UseSummary[];
  /** Entries that have no counter: nobody but the log shows them. */
  readonly uncounted: Readonly<Partial<Record<EntryKind, number>>>;
  /** Null: no witness's file was given. */
  readonly witness: WitnessSummary | null;
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
}
