import { hash } from "node:crypto";
import type { AuditCheckpoint, Hex } from "@deed/protocol/encoding";
import type { AuditedEntry, AuditedKind } from "../signer/audit-entry.ts";

/** What one signed structure says, with its place in the log that its signer names. */
export interface Position {
  readonly kind: AuditedKind;
  readonly seq: number;
  /** Of the log before the structure's entry. */
  readonly head: Hex;
  /** What it is about, for example `batch 7` or `batch 7 draw 0`. */
  readonly about: string;
  /** Hash of all that it says and that both log and ledger show. */
  readonly content: string;
}

const CHECKPOINT_FIELDS = [
  "nodeNo",
  "entries",
  "records",
  "commitments",
  "verdicts",
  "votes",
  "dutyUses",
  "actionUses",
] as const;

type Said = Pick<Position, "about" | "content">;

/** A batch's record. */
export interface RecordSaid {
  readonly batchNo: number;
  readonly posted: bigint;
  readonly records: Uint8Array;
}

export interface CommitmentSaid {
  readonly batchNo: number;
  readonly draw: number;
  readonly commitment: Hex;
}

/** The set of commitments is left out: a verdict that was opened by itself does not show it. */
export interface VerdictSaid {
  readonly batchNo: number;
  readonly draw: number;
  readonly fault: bigint;
  readonly unable: bigint;
  readonly reportHash: Hex;
}

export interface VoteSaid {
  readonly disputeNo: number;
  readonly fault: number;
  readonly leaf: number;
  readonly reportHash: Hex;
}

export type CheckpointSaid = Omit<AuditCheckpoint, "auditSeq" | "auditHead">;

/** What is said of each kind, in a form that is the same for log and ledger. */
export const said: {
  readonly RecordBatch: (record: RecordSaid) => Said;
  readonly Commitment: (commitment: CommitmentSaid) => Said;
  readonly Verdict: (verdict: VerdictSaid) => Said;
  readonly Vote: (vote: VoteSaid) => Said;
  readonly AuditCheckpoint: (checkpoint: CheckpointSaid) => Said;
} = {
  RecordBatch: ({ batchNo, posted, records }: RecordSaid) => ({
    about: `batch ${batchNo}`,
    content: contentOf(batchNo, posted, hash("sha256", records, "base64")),
  }),
  Commitment: ({ batchNo, draw, commitment }: CommitmentSaid) => ({
    about: drawName(batchNo, draw),
    content: contentOf(batchNo, draw, commitment),
  }),
  Verdict: ({ batchNo, draw, fault, unable, reportHash }: VerdictSaid) => ({
    about: drawName(batchNo, draw),
    content: contentOf(batchNo, draw, fault, unable, reportHash),
  }),
  Vote: ({ disputeNo, fault, leaf, reportHash }: VoteSaid) => ({
    about: `dispute ${disputeNo}`,
    content: contentOf(disputeNo, fault, leaf, reportHash),
  }),
  AuditCheckpoint: (checkpoint) => ({
    about: `${checkpoint.entries} entries`,
    content: contentOf(...CHECKPOINT_FIELDS.map((name) => checkpoint[name])),
  }),
};

export function drawName(batchNo: number, draw: number): string {
  return `batch ${batchNo} draw ${draw}`;
}

/** The position of an entry that has one. */
export function positionOfEntry(entry: AuditedEntry): Position {
  const { kind, seq = 0, prev: head } = entry;
  return { kind, seq, head, ...saidBy(entry) };
}

function saidBy({ kind, body }: AuditedEntry): Said {
  const text = (name: string): Hex => String(body[name]) as Hex;
  const number = (name: string): number => Number(body[name]);
  switch (kind) {
    case "RecordBatch": {
      const records = Buffer.from(text("records"), "base64");
      return said[kind]({ batchNo: number("batchNo"), posted: BigInt(text("posted")), records });
    }
    case "Commitment": {
      const [batchNo, draw] = [number("batchNo"), number("draw")];
      return said[kind]({ batchNo, draw, commitment: text("commitment") });
    }
    case "Verdict":
      return said[kind]({
        batchNo: number("batchNo"),
        draw: number("draw"),
        fault: BigInt(text("fault")),
        unable: BigInt(text("unable")),
        reportHash: text("reportHash"),
      });
    case "Vote":
      return said[kind]({
        disputeNo: number("disputeNo"),
        fault: number("fault"),
        leaf: number("leaf"),
        reportHash: text("reportHash"),
      });
    case "AuditCheckpoint": {
      const fields = CHECKPOINT_FIELDS.map((name) => [name, number(name)]);
      return said[kind](Object.fromEntries(fields) as CheckpointSaid);
    }
  }
}

function contentOf(...parts: readonly (string | number | bigint)[]): string {
  return hash("sha256", parts.join(" "), "base64");
}
