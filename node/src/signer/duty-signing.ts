import {
  bytesToHex,
  type Commitment,
  commitmentDigest,
  decodeRecord,
  domainSeparator,
  type Hasher,
  type Hex,
  hexToBytes,
  itemsRoot,
  type RecordBatch,
  receiptDigest,
  recordBatchDigest,
  recordRoot,
  splitRecords,
  tlsCaBindingDigest,
  type Verdict,
  type Vote,
  verdictDigest,
  voteDigest,
} from "@deed/protocol/encoding";
import type { AuditEntry, EntryBody } from "./audit-entry.ts";
import { packExecutions } from "./audit-places.ts";
import type { SigningContracts } from "./config.ts";
import type { AccountKey } from "./node-keys.ts";
import type {
  BatchToRecord,
  Signed,
  SignedBatch,
  SignedCaBinding,
  SignedReceipt,
  Unsigned,
} from "./signer-api.ts";
import { requirePolicy } from "./signer-error.ts";

/** Bodies of log entries from requests, and signatures from log entries: what is signed is what is logged. */
export class DutySigning {
  readonly #key: AccountKey;
  readonly #hasher: Hasher;
  readonly #domains: Readonly<Record<keyof SigningContracts, Hex>>;

  constructor(
    options: { readonly chainId: number; readonly contracts: SigningContracts },
    parts: { readonly key: AccountKey; readonly hasher: Hasher },
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
    return { ...structure, signature: await this.#sign(digest) };
  }

  async signedBatch(entry: AuditEntry): Promise<SignedBatch> {
    const records = bytesToHex(Buffer.from(String(entry.body["records"]), "base64"));
    return { ...(await this.recordBatch(entry)), records };
  }

  commitmentBody(commitment: Unsigned<Commitment>): EntryBody {
    const { batchNo, draw } = commitment;
    return { batchNo, draw, commitment: commitment.commitment };
  }

  async commitment(entry: AuditEntry): Promise<Signed<Commitment>> {
    const structure: Commitment = {
      batchNo: Number(entry.body["batchNo"]),
      draw: Number(entry.body["draw"]),
      commitment: hexField(entry, "commitment"),
      ...positionOf(entry),
    };
    const digest = commitmentDigest(structure, this.#domains.executions, this.#hasher);
    return { ...structure, signature: await this.#sign(digest) };
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
    return { ...structure, signature: await this.#sign(digest) };
  }

  voteBody({ disputeNo, fault, leaf, reportHash }: Unsigned<Vote>): EntryBody {
    return { disputeNo, fault, leaf, reportHash };
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
    return { ...structure, signature: await this.#sign(digest) };
  }

  async tlsCaBinding(entry: AuditEntry): Promise<SignedCaBinding> {
    const structure = {
      operatorNo: Number(entry.body["operatorNo"]),
      caHash: hexField(entry, "caHash"),
      endpoint: String(entry.body["endpoint"]),
    };
    const digest = tlsCaBindingDigest(structure, this.#domains.registry, this.#hasher);
    return { ...structure, signature: await this.#sign(digest) };
  }

  async receipt(entry: AuditEntry): Promise<SignedReceipt> {
    const structure = {
      fireHash: hexField(entry, "fireHash"),
      nodeNo: Number(entry.body["nodeNo"]),
      atMs: Number(entry.body["atMs"]),
    };
    const digest = receiptDigest(structure, this.#domains.intents, this.#hasher);
    return { ...structure, signature: await this.#sign(digest) };
  }

  async #sign(digest: Hex): Promise<Hex> {
    return bytesToHex(await this.#key.sign(hexToBytes(digest)));
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

function hexField(entry: AuditEntry, name: string): Hex {
  return String(entry.body[name]) as Hex;
}

function hexOf(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
