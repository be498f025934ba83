import {
  type AuditCheckpoint,
  auditCheckpointDigest,
  bytesToHex,
  type Commitment,
  commitmentDigest,
  decodeRecord,
  domainSeparator,
  type Hasher,
  type Hex,
  hexToBytes,
  itemsRoot,
  keyRotationDigest,
  type RecordBatch,
  receiptDigest,
  recordBatchDigest,
  recordRoot,
  sealingKeyBindingDigest,
  splitRecords,
  tlsCaBindingDigest,
  type Verdict,
  type Vote,
  verdictDigest,
  voteDigest,
  witnessedDigest,
} from "@deed/protocol/encoding";
import type { AuditEntry, EntryBody } from "./audit-entry.ts";
import { packExecutions } from "./audit-places.ts";
import type { SigningContracts } from "./config.ts";
import type { AccountKey, NodeKeys } from "./node-keys.ts";
import type {
  BatchToRecord,
  Begun,
  Signed,
  SignedBatch,
  SignedCaBinding,
  SignedKeyRotation,
  SignedReceipt,
  SignedSealingBinding,
  SignedWitness,
  Unsigned,
} from "./signer-api.ts";
import { requirePolicy } from "./signer-error.ts";
import type { LogBefore } from "./signing-queue.ts";

/** A duty key of this signer by its address; null: the first. Errors: E_POLICY. */
export type DutyKey = (address: Hex | null) => AccountKey;

/** Bodies of log entries from requests, and signatures from log entries: what is signed is what is logged. */
export class DutySigning {
  readonly #key: DutyKey;
  readonly #hasher: Hasher;
  readonly #domains: Readonly<Record<keyof SigningContracts, Hex>>;

  constructor(
    options: { readonly chainId: number; readonly contracts: SigningContracts },
    parts: { readonly key: DutyKey; readonly hasher: Hasher },
  ) {
    this.#key = parts.key;
    this.#hasher = parts.hasher;
    const domain = (verifyingContract: Hex): Hex =>
      domainSeparator({ chainId: options.chainId, verifyingContract });
    const { intents, executions, disputes, registry } = options.contracts;
    this.#domains = {
      intents: domain(intents),
      executions: domain(executions),
      disputes: domain(disputes),
      registry: domain(registry),
    };
  }

  /** Both roots are computed here: nobody can have a root signed that he only claims to know. */
  recordBatchBody(batch: BatchToRecord): EntryBody {
    const records = splitRecords(batch.records);
    refuseOtherAttempt(batch, records);
    return {
      batchNo: batch.batchNo,
      itemsRoot: itemsRoot(batch.items, this.#hasher),
      recordRoot: recordRoot(records, batch.posted, batch.items.length, this.#hasher),
      posted: hexOf(batch.posted),
      executions: packExecutions(batch.items, batch.posted),
      records: Buffer.from(hexToBytes(batch.records)).toString("base64"),
      ...beginOf(batch),
    };
  }

  async recordBatch(entry: AuditEntry): Promise<Signed<RecordBatch>> {
    const structure: RecordBatch = {
      batchNo: Number(entry.body["batchNo"]),
      itemsRoot: hexField(entry, "itemsRoot"),
      recordRoot: hexField(entry, "recordRoot"),
      posted: BigInt(hexField(entry, "posted")),
      ...positionOf(entry),
    };
    const digest = recordBatchDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  async signedBatch(entry: AuditEntry): Promise<SignedBatch> {
    const records = bytesToHex(Buffer.from(String(entry.body["records"]), "base64"));
    return { ...(await this.recordBatch(entry)), records };
  }

  commitmentBody(commitment: Unsigned<Commitment>): EntryBody {
    const { batchNo, draw } = commitment;
    return { batchNo, draw, commitment: commitment.commitment, ...beginOf(commitment) };
  }

  async commitment(entry: AuditEntry): Promise<Signed<Commitment>> {
    const structure: Commitment = {
      batchNo: Number(entry.body["batchNo"]),
      draw: Number(entry.body["draw"]),
      commitment: hexField(entry, "commitment"),
      ...positionOf(entry),
    };
    const digest = commitmentDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  verdictBody(verdict: Unsigned<Verdict>): EntryBody {
    const { batchNo, draw, recordBlockHash, commitmentsHash, fault, unable, reportHash } = verdict;
    return {
      batchNo,
      draw,
      recordBlockHash,
      commitmentsHash,
      fault: hexOf(fault),
      unable: hexOf(unable),
      reportHash,
      ...beginOf(verdict),
    };
  }

  async verdict(entry: AuditEntry): Promise<Signed<Verdict>> {
    const structure: Verdict = {
      batchNo: Number(entry.body["batchNo"]),
      draw: Number(entry.body["draw"]),
      recordBlockHash: hexField(entry, "recordBlockHash"),
      commitmentsHash: hexField(entry, "commitmentsHash"),
      fault: BigInt(hexField(entry, "fault")),
      unable: BigInt(hexField(entry, "unable")),
      reportHash: hexField(entry, "reportHash"),
      ...positionOf(entry),
    };
    const digest = verdictDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  voteBody(vote: Unsigned<Vote>): EntryBody {
    const { disputeNo, fault, leaf, reportHash } = vote;
    return { disputeNo, fault, leaf, reportHash, ...beginOf(vote) };
  }

  async vote(entry: AuditEntry): Promise<Signed<Vote>> {
    const structure: Vote = {
      disputeNo: Number(entry.body["disputeNo"]),
      fault: Number(entry.body["fault"]),
      leaf: Number(entry.body["leaf"]),
      reportHash: hexField(entry, "reportHash"),
      ...positionOf(entry),
    };
    const digest = voteDigest(structure, this.#domains.disputes, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  /** A checkpoint's body: what the log has before it. */
  checkpointBody(no: number, nodeNo: number, begun: Begun): (before: LogBefore) => EntryBody {
    return ({ entries, seq, uses }) => ({
      no,
      nodeNo,
      entries,
      records: seq.RecordBatch,
      commitments: seq.Commitment,
      verdicts: seq.Verdict,
      votes: seq.Vote,
      dutyUses: uses.duty,
      actionUses: uses.action,
      ...beginOf(begun),
    });
  }

  async auditCheckpoint(entry: AuditEntry): Promise<Signed<AuditCheckpoint>> {
    const number = (name: string): number => Number(entry.body[name]);
    const structure: AuditCheckpoint = {
      nodeNo: number("nodeNo"),
      entries: number("entries"),
      records: number("records"),
      commitments: number("commitments"),
      verdicts: number("verdicts"),
      votes: number("votes"),
      dutyUses: number("dutyUses"),
      actionUses: number("actionUses"),
      ...positionOf(entry),
    };
    const digest = auditCheckpointDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  async tlsCaBinding(entry: AuditEntry): Promise<SignedCaBinding> {
    const structure = {
      operatorNo: Number(entry.body["operatorNo"]),
      caHash: hexField(entry, "caHash"),
      endpoint: String(entry.body["endpoint"]),
    };
    const digest = tlsCaBindingDigest(structure, this.#domains.registry, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  /** Both keys sign the same. */
  async keyRotation(
    entry: AuditEntry,
    keys: Pick<NodeKeys, "duty" | "action">,
  ): Promise<SignedKeyRotation> {
    const structure = {
      nodeNo: Number(entry.body["nodeNo"]),
      dutyKey: hexField(entry, "dutyKey"),
      actionKey: hexField(entry, "actionKey"),
      fromSec: Number(entry.body["fromSec"]),
    };
    const digest = hexToBytes(keyRotationDigest(structure, this.#domains.registry, this.#hasher));
    const dutyProof = bytesToHex(await keys.duty.sign(digest));
    return { ...structure, dutyProof, actionProof: bytesToHex(await keys.action.sign(digest)) };
  }

  async sealingKeyBinding(entry: AuditEntry): Promise<SignedSealingBinding> {
    const structure = {
      operatorNo: Number(entry.body["operatorNo"]),
      x: hexField(entry, "x"),
      y: hexField(entry, "y"),
    };
    const digest = sealingKeyBindingDigest(structure, this.#domains.registry, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  async receipt(entry: AuditEntry): Promise<SignedReceipt> {
    const structure = {
      fireHash: hexField(entry, "fireHash"),
      nodeNo: Number(entry.body["nodeNo"]),
      atMs: Number(entry.body["atMs"]),
    };
    const digest = receiptDigest(structure, this.#domains.intents, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  async witnessed(entry: AuditEntry): Promise<SignedWitness> {
    const structure = {
      witnessNo: Number(entry.body["witnessNo"]),
      checkpointDigest: hexField(entry, "checkpointDigest"),
      atMs: Number(entry.body["atMs"]),
    };
    const digest = witnessedDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest, entry) };
  }

  // The same key again, whenever it is asked for again.
  async #sign(digest: Hex, entry: AuditEntry): Promise<Hex> {
    const { dutyKey } = entry.body;
    const duty = this.#key(dutyKey === undefined ? null : (String(dutyKey) as Hex));
    return bytesToHex(await duty.sign(hexToBytes(digest)));
  }
}

// A record says its attempt itself; it may not be signed at the place of another one.
function refuseOtherAttempt(batch: BatchToRecord, records: readonly Uint8Array[]): void {
  let next = 0;
  for (const [index, item] of batch.items.entries()) {
    if (((batch.posted >> BigInt(index)) & 1n) === 0n) continue;
    const record = records[next];
    next += 1;
    if (record === undefined) continue;
    const { attempt } = decodeRecord(record);
    requirePolicy(attempt === item.attempt, "attempt of the record", String(attempt));
  }
}

function positionOf(entry: AuditEntry): { readonly auditSeq: number; readonly auditHead: Hex } {
  return { auditSeq: entry.seq ?? 0, auditHead: entry.prev };
}

/** What a log entry says of a duty's begin and key. */
export function beginOf({ sinceSec, dutyKey }: Begun): Begun & EntryBody {
  return {
    ...(sinceSec === undefined ? {} : { sinceSec }),
    ...(dutyKey === undefined ? {} : { dutyKey }),
  };
}

function hexField(entry: AuditEntry, name: string): Hex {
  return String(entry.body[name]) as Hex;
}

function hexOf(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
