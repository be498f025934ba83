import { randomBytes } from "node:crypto";
import {
  bytesToHex,
  type Commitment,
  type Hasher,
  type Hex,
  hexToBytes,
  keccak256,
  type RecordBatch,
  type Verdict,
  type Vote,
} from "@deed/protocol/encoding";
import type { EntryBody, EntryKind } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";
import { batchPlaceName, placesOf } from "./audit-places.ts";
import { type AuditState, refuseBehind } from "./audit-state.ts";
import { BeaconChain } from "./beacon-chain.ts";
import { issueCa, issueLeaf, nodeUri } from "./certificate.ts";
import type { SignerConfig } from "./config.ts";
import { DutySigning } from "./duty-signing.ts";
import { KEY_NAMES, type KeyStandings, lowestTier } from "./key-tier.ts";
import { caHashOf } from "./keys.ts";
import type { NodeKeys } from "./node-keys.ts";
import { placeKey } from "./places.ts";
import { RateLimit } from "./rate-limit.ts";
import type {
  AuditMinimum,
  BatchToRecord,
  BurnToSign,
  LeafToIssue,
  Signed,
  SignedBatch,
  SignedCaBinding,
  SignedReceipt,
  SignedTransaction,
  Signer,
  SignerStatus,
  TransactionToSign,
  Unsigned,
} from "./signer-api.ts";
import { requirePolicy, SignerError } from "./signer-error.ts";
import { type Job, SigningQueue } from "./signing-queue.ts";
import { TransactionSigning } from "./transaction-signing.ts";

const LONGEST_LEAF_SEC = 3_900;
const CLOCK_TOLERANCE_SEC = 600;

export interface KeySignerParts {
  readonly keys: NodeKeys;
  readonly standings: KeyStandings;
  readonly log: AuditLog;
  readonly state: AuditState;
  readonly hasher: Hasher;
  /** For the beacon's chain. */
  fastHasher(): Promise<Hasher>;
  readonly nowMs: () => number;
}

/** The keys behind their rules: order is rate, policy, place, log, flush, signature. */
export class KeySigner implements Signer {
  readonly #config: SignerConfig;
  readonly #parts: KeySignerParts;
  readonly #duty: DutySigning;
  readonly #queue: SigningQueue;
  readonly #transactions: TransactionSigning;
  readonly #rates: RateLimit;
  readonly #beacon: BeaconChain;
  #caCertificate: Hex | null = null;

  constructor(config: SignerConfig, parts: KeySignerParts) {
    const { keys, hasher } = parts;
    const fastHasher = (): Promise<Hasher> => parts.fastHasher();
    this.#config = config;
    this.#parts = parts;
    this.#duty = new DutySigning(config, { key: keys.duty, hasher });
    this.#queue = new SigningQueue(parts.log, {
      ...parts.state,
      logsAgain: KEY_NAMES.some((name) => parts.standings[name].store !== "keystore"),
    });
    this.#rates = new RateLimit(config.rates ?? {}, { nowMs: parts.nowMs });
    this.#transactions = new TransactionSigning(config, {
      key: keys.action,
      hasher,
      state: parts.state,
      log: parts.log,
      queue: this.#queue,
      submit: (job) => this.#submit(job),
      takeRate: () => this.#rates.take("Transaction"),
    });
    const { chainId, operatorNo, beaconChainNo: chainNo } = config;
    const chain = { chainId, operatorNo, chainNo };
    this.#beacon = new BeaconChain(chain, { key: keys.beacon, fastHasher });
  }

  async recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>> {
    return this.#structure("RecordBatch", this.#duty.recordBatchBody(batch), (entry) =>
      this.#duty.recordBatch(entry),
    );
  }

  commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>> {
    return this.#structure("Commitment", this.#duty.commitmentBody(commitment), (entry) =>
      this.#duty.commitment(entry),
    );
  }

  async verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>> {
    requirePolicy((verdict.fault & verdict.unable) === 0n, "fault and unable", "overlap");
    return this.#structure("Verdict", this.#duty.verdictBody(verdict), (entry) =>
      this.#duty.verdict(entry),
    );
  }

  vote(vote: Unsigned<Vote>): Promise<Signed<Vote>> {
    return this.#structure("Vote", this.#duty.voteBody(vote), (entry) => this.#duty.vote(entry));
  }

  async tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
  }): Promise<SignedCaBinding> {
    const { operatorNo, endpoint } = binding;
    requirePolicy(operatorNo === this.#config.operatorNo, "operatorNo", String(operatorNo));
    const body = { operatorNo, caHash: caHashOf(this.#parts.keys), endpoint };
    return this.#structure("TlsCaBinding", body, (entry) => this.#duty.tlsCaBinding(entry));
  }

  async receipt(receipt: {
    readonly fireHash: Hex;
    readonly atMs: number;
  }): Promise<SignedReceipt> {
    const nodeNo = this.#nodeNo();
    const body = { fireHash: receipt.fireHash, nodeNo, atMs: receipt.atMs };
    return this.#structure("Receipt", body, (entry) => this.#duty.receipt(entry));
  }

  transaction(transaction: TransactionToSign): Promise<SignedTransaction> {
    return this.#transactions.transaction(transaction);
  }

  burn(burn: BurnToSign): Promise<SignedTransaction> {
    return this.#transactions.burn(burn);
  }

  async issueLeaf(leaf: LeafToIssue): Promise<Hex> {
    const name = { nodeNo: this.#nodeNo(), chainId: this.#config.chainId };
    const nowSec = Math.floor(this.#parts.nowMs() / 1000);
    const { validFromSec: fromSec, validToSec: toSec, nodeUri: uri } = leaf;
    requirePolicy(uri === nodeUri(name), "nodeUri", uri);
    const lasts = toSec - fromSec;
    requirePolicy(lasts > 0 && lasts <= LONGEST_LEAF_SEC, "validity", String(lasts));
    const isNow = Math.abs(fromSec - nowSec) <= CLOCK_TOLERANCE_SEC;
    requirePolicy(isNow, "validFromSec", String(fromSec));
    const body = { publicKeySpki: leaf.publicKeySpki, uri, fromSec, toSec };
    return this.#structure("Certificate", body, async () => {
      const publicKeySpki = hexToBytes(leaf.publicKeySpki);
      const serial = new Uint8Array(randomBytes(16));
      const content = { publicKeySpki, uri, fromSec, toSec, serial };
      return bytesToHex(await issueLeaf(content, name, this.#parts.keys.tlsCa));
    });
  }

  async caCertificate(): Promise<Hex> {
    const name = { nodeNo: this.#nodeNo(), chainId: this.#config.chainId };
    const body = { uri: nodeUri(name), ca: true };
    this.#caCertificate ??= await this.#structure("Certificate", body, async () =>
      bytesToHex(await issueCa(name, this.#parts.keys.tlsCa)),
    );
    return this.#caCertificate;
  }

  preimage(index: number): Promise<Hex> {
    return this.#structure("Preimage", { index }, () => this.#beacon.preimage(index));
  }

  chainTip(): Promise<Hex> {
    return this.#beacon.tip();
  }

  async signedBatch(batchNo: number): Promise<SignedBatch | null> {
    const known = this.#parts.state.places.get(placeKey(batchPlaceName(batchNo)));
    if (known === null) return null;
    return this.#queue.again(known.offset, (entry) => this.#duty.signedBatch(entry));
  }

  status(): Promise<SignerStatus> {
    const { keys, log, standings } = this.#parts;
    return Promise.resolve({
      duty: keys.duty.address,
      action: keys.action.address,
      caHash: caHashOf(keys),
      keyTier: lowestTier(standings),
      standings,
      auditHead: log.head,
      auditSeq: { ...this.#queue.seq },
      nextNonce: this.#transactions.nextNonce,
      halted: log.halted,
    });
  }

  /** Ends signing for good when the ledger has seen more than the log. Errors: E_AUDIT_BEHIND. */
  requireAudit(minimum: AuditMinimum): void {
    try {
      refuseBehind(minimum, this.#queue.seq, this.#transactions.nextNonce);
    } catch (error) {
      this.#parts.log.halt("the log is behind the ledger");
      throw error;
    }
  }

  /** Waits for what is underway. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  async #structure<T>(kind: EntryKind, body: EntryBody, sign: Job<T>["sign"]): Promise<T> {
    this.#rates.take(kind);
    return this.#submit({ kind, body, places: placesOf(kind, body), sign });
  }

  async #submit<T>(job: Job<T>): Promise<T> {
    try {
      return await this.#queue.sign(job);
    } catch (error) {
      if (error instanceof SignerError && error.failure.code === "E_EQUIVOCATION") {
        await this.#logRefusal(job, error.failure.place);
      }
      throw error;
    }
  }

  // Evidence of what was asked, for whoever investigates the node.
  async #logRefusal(job: Job<unknown>, place: string): Promise<void> {
    try {
      this.#rates.take("Refused");
    } catch {
      // Enough of them stand in the log: it must not be filled by refusals.
      return;
    }
    const content = keccak256(Buffer.from(JSON.stringify(job.body)), this.#parts.hasher);
    const body = { kind: job.kind, place, content };
    await this.#queue.sign({ kind: "Refused", body, places: [], sign: () => Promise.resolve() });
  }

  #nodeNo(): number {
    requirePolicy(this.#config.nodeNo > 0, "nodeNo", "not registered");
    return this.#config.nodeNo;
  }
}
