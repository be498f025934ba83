import { randomBytes } from "node:crypto";
import {
  type AuditCheckpoint,
  bytesToHex,
  type Commitment,
  type Hasher,
  type Hex,
  hexToBytes,
  type KeyRotation,
  keccak256,
  type RecordBatch,
  sealingKeyId,
  sha256Hex,
  type Verdict,
  type Vote,
} from "@deed/protocol/encoding";
import type { EntryBody, EntryKind } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";
import { batchPlaceName, checkpointPlace, placesOf } from "./audit-places.ts";
import { type AuditState, refuseBehind } from "./audit-state.ts";
import { BeaconChains, type ChainName, type ChainPosition } from "./beacon-chains.ts";
import { issueCa, issueLeaf, nodeUri } from "./certificate.ts";
import { checkSight } from "./check-sight.ts";
import type { SignerConfig } from "./config.ts";
import { beginOf, DutySigning } from "./duty-signing.ts";
import type { KeySet, KeySets } from "./key-sets.ts";
import { KEY_NAMES, type KeyTier, lowestTier, tierNumber } from "./key-tier.ts";
import { caHashOf } from "./keys.ts";
import type { AccountKey } from "./node-keys.ts";
import { placeKey } from "./places.ts";
import { RateLimit } from "./rate-limit.ts";
import type {
  AuditMinimum,
  BatchToRecord,
  Begun,
  BoxToOpen,
  BurnToSign,
  KeySetStatus,
  LeafToIssue,
  LedgerSight,
  Sent,
  Signed,
  SignedBatch,
  SignedCaBinding,
  SignedKeyRotation,
  SignedReceipt,
  SignedSealingBinding,
  SignedTransaction,
  SignedWitness,
  Signer,
  SignerStatus,
  TransactionToSign,
  Unsigned,
} from "./signer-api.ts";
import { requirePolicy, SignerError } from "./signer-error.ts";
import { type Job, SigningQueue } from "./signing-queue.ts";
import { SpendLimit } from "./spend-limit.ts";
import { TransactionSigning } from "./transaction-signing.ts";

const LONGEST_LEAF_SEC = 3_900;
const CLOCK_TOLERANCE_SEC = 600;

export interface KeySignerParts {
  readonly sets: KeySets;
  readonly log: AuditLog;
  readonly state: AuditState;
  readonly hasher: Hasher;
  /** Where the key's lock excludes another signer; null where there is no telling. */
  readonly place: string | null;
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
  /** By the action key's address, made when it is first asked for. */
  readonly #transactions = new Map<Hex, TransactionSigning>();
  readonly #rates: RateLimit;
  readonly #spend: SpendLimit;
  readonly #beacon: BeaconChains;
  readonly #caCertificates = new Map<Hex, Hex>();
  #settledPlace: string | null;
  #leafCaHash: Hex | null = null;

  constructor(config: SignerConfig, parts: KeySignerParts) {
    const { sets, hasher } = parts;
    const fastHasher = (): Promise<Hasher> => parts.fastHasher();
    this.#config = config;
    this.#parts = parts;
    this.#settledPlace = parts.state.settledPlace;
    const key = (address: Hex | null): AccountKey =>
      (address === null ? sets.first : sets.ofDuty(address)).keys.duty;
    this.#duty = new DutySigning(config, { key, hasher });
    this.#queue = new SigningQueue(parts.log, {
      ...parts.state,
      logsAgain: sets.all.some(({ standings }) =>
        KEY_NAMES.some((name) => standings[name].store !== "keystore"),
      ),
    });
    this.#rates = new RateLimit(config.rates ?? {}, { nowMs: parts.nowMs });
    const { spend = {} } = config.transactions;
    this.#spend = new SpendLimit(spend, { nowMs: parts.nowMs, known: parts.state.spent });
    this.#beacon = new BeaconChains(config, { sets: () => sets.all, fastHasher });
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

  /** Errors: E_POLICY for a number that is beyond the next. */
  async auditCheckpoint(no: number, begun: Begun = {}): Promise<Signed<AuditCheckpoint>> {
    const next = this.#queue.seq.AuditCheckpoint + 1;
    requirePolicy(no >= 1 && no <= next, "checkpoint", String(no));
    this.#rates.take("AuditCheckpoint");
    return this.#submit({
      kind: "AuditCheckpoint",
      body: this.#duty.checkpointBody(no, this.#nodeNo(), begun),
      places: [checkpointPlace(no)],
      sign: (entry) => this.#duty.auditCheckpoint(entry),
    });
  }

  async tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
    readonly caHash?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedCaBinding> {
    const { operatorNo, endpoint } = binding;
    requirePolicy(operatorNo === this.#config.operatorNo, "operatorNo", String(operatorNo));
    const caHash = caHashOf(this.#setOfCa(binding.caHash).keys);
    const body = { operatorNo, caHash, endpoint, ...beginOf(binding) };
    return this.#structure("TlsCaBinding", body, (entry) => this.#duty.tlsCaBinding(entry));
  }

  sealingKeyBinding(binding: {
    readonly operatorNo: number;
    readonly sealing?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedSealingBinding> {
    const { operatorNo } = binding;
    requirePolicy(operatorNo === this.#config.operatorNo, "operatorNo", String(operatorNo));
    const { sets } = this.#parts;
    const sealing = binding.sealing ?? sets.first.publicKeys.sealing;
    const isOwn = sets.all.some(({ publicKeys }) => publicKeys.sealing === sealing);
    requirePolicy(isOwn, "sealing", sealing);
    const [x, y]: [Hex, Hex] = [`0x${sealing.slice(2, 66)}`, `0x${sealing.slice(66)}`];
    const body = { operatorNo, x, y, ...beginOf(binding) };
    return this.#structure("SealingKeyBinding", body, (entry) =>
      this.#duty.sealingKeyBinding(entry),
    );
  }

  async open({ intentHash, name, box: bytes }: BoxToOpen): Promise<Hex> {
    // Loaded now and not before: a signer of a node without sealed boxes never needs it.
    const { openBox, parseBox } = await import("./open-box.ts");
    const box = parseBox(hexToBytes(bytes));
    const { chainId } = this.#config;
    const purpose = { chainId, nodeNo: this.#nodeNo(), intentHash, name };
    const set = this.#parts.sets.all.find(
      ({ publicKeys }) => Buffer.compare(sealingKeyId(publicKeys.sealing), box.keyId) === 0,
    );
    if (set === undefined) throw new SignerError({ code: "E_SEALED", reason: "to another key" });
    const body = { intentHash, name, box: sha256Hex(bytes), set: set.number };
    return this.#structure("Open", body, async () =>
      bytesToHex(await openBox(box, purpose, set.keys.sealing)),
    );
  }

  async receipt(receipt: {
    readonly fireHash: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedReceipt> {
    const nodeNo = this.#nodeNo();
    const { fireHash, atMs } = receipt;
    const body = { fireHash, nodeNo, atMs, ...beginOf(receipt) };
    return this.#structure("Receipt", body, (entry) => this.#duty.receipt(entry));
  }

  async witness(seen: {
    readonly checkpointDigest: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedWitness> {
    const { checkpointDigest, atMs } = seen;
    const body = { witnessNo: this.#nodeNo(), checkpointDigest, atMs, ...beginOf(seen) };
    return this.#structure("Witnessed", body, (entry) => this.#duty.witnessed(entry));
  }

  async keyRotation(rotation: Omit<KeyRotation, "nodeNo">): Promise<SignedKeyRotation> {
    const { sets } = this.#parts;
    const nodeNo = this.#nodeNo();
    const { duty } = sets.ofDuty(rotation.dutyKey).keys;
    const { action } = sets.ofAction(rotation.actionKey).keys;
    const { fromSec } = rotation;
    const body = { nodeNo, dutyKey: duty.address, actionKey: action.address, fromSec };
    return this.#structure("KeyRotation", body, (entry) =>
      this.#duty.keyRotation(entry, { duty, action }),
    );
  }

  transaction(transaction: TransactionToSign): Promise<SignedTransaction> {
    return this.#transactionsOf(this.#setOf(transaction)).transaction(transaction);
  }

  burn(burn: BurnToSign): Promise<SignedTransaction> {
    return this.#transactionsOf(this.#setOf(burn)).burn(burn);
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
    const { keys, publicKeys } = this.#setOfCa(leaf.caHash);
    const { caHash } = publicKeys;
    const body = { publicKeySpki: leaf.publicKeySpki, uri, fromSec, toSec, caHash };
    return this.#structure("Certificate", body, async () => {
      const publicKeySpki = hexToBytes(leaf.publicKeySpki);
      const serial = new Uint8Array(randomBytes(16));
      const content = { publicKeySpki, uri, fromSec, toSec, serial };
      const issued = bytesToHex(await issueLeaf(content, name, keys.tlsCa));
      this.#leafCaHash = caHash;
      return issued;
    });
  }

  async caCertificate(of?: { readonly caHash: Hex }): Promise<Hex> {
    const name = { nodeNo: this.#nodeNo(), chainId: this.#config.chainId };
    const { keys, publicKeys } = this.#setOfCa(of?.caHash);
    const { caHash } = publicKeys;
    const known = this.#caCertificates.get(caHash);
    if (known !== undefined) return known;
    const body = { uri: nodeUri(name), ca: true, caHash };
    const issued = await this.#structure("Certificate", body, async () =>
      bytesToHex(await issueCa(name, keys.tlsCa)),
    );
    this.#caCertificates.set(caHash, issued);
    return issued;
  }

  preimage(position: ChainPosition): Promise<Hex> {
    const body = { index: position.usedPreimages + 1, anchor: position.anchor };
    return this.#structure("Preimage", body, () => this.#beacon.next(position));
  }

  chainTip(name?: ChainName): Promise<Hex> {
    return this.#beacon.tip(name ?? { set: 1, chainNo: this.#config.beaconChainNo });
  }

  chainInForce(position: ChainPosition): Promise<ChainName | null> {
    return this.#beacon.inForce(position);
  }

  async addKeySet(): Promise<KeySetStatus> {
    this.#rates.take("KeySet");
    const added = this.#statusOf(await this.#parts.sets.add());
    const { number: set, duty, action, caHash, sealing } = added;
    const body = { set, duty, action, caHash, sealing };
    await this.#submit({ kind: "KeySet", body, places: [], sign: () => Promise.resolve() });
    return added;
  }

  async signedBatch(batchNo: number): Promise<SignedBatch | null> {
    const known = this.#parts.state.places.get(placeKey(batchPlaceName(batchNo)));
    if (known === null) return null;
    return this.#queue.again(known.offset, (entry) => this.#duty.signedBatch(entry));
  }

  status(): Promise<SignerStatus> {
    const { sets, log, state } = this.#parts;
    const { standings } = sets.first;
    const { duty, action, caHash, sealing, nextNonce } = this.#statusOf(sets.first);
    return Promise.resolve({
      ...{ duty, action, caHash, sealing },
      sets: sets.all.map((set) => this.#statusOf(set)),
      beaconChainNo: this.#config.beaconChainNo,
      leafCaHash: this.#leafCaHash,
      keyTier: lowestOf(sets),
      standings,
      auditHead: log.head,
      auditEntries: log.count,
      auditSeq: { ...this.#queue.seq },
      openings: this.#queue.openings,
      ...{ nextNonce, begun: state.begun },
      isSettled: this.#isSettled(),
      halted: log.halted,
    });
  }

  /** Ends signing for good when the ledger has seen more than the log. Errors: E_AUDIT_BEHIND. */
  requireAudit(minimum: AuditMinimum): void {
    try {
      const { nextNonce } = this.#transactionsOf(this.#parts.sets.first);
      refuseBehind(minimum, this.#queue.seq, nextNonce);
    } catch (error) {
      this.#parts.log.halt("the log is behind the ledger");
      throw error;
    }
  }

  /** Ends signing for good when the ledger shows what the log did not sign. Errors: E_AUDIT_BEHIND, E_AUDIT_FORKED. */
  async observe(sight: LedgerSight): Promise<void> {
    this.requireAudit(sight.minimum);
    const { log, state, sets } = this.#parts;
    const keys = sets.all.map((set) => this.#transactionsOf(set));
    await checkSight(sight, { log, positions: state.positions, keys }, (minimum) =>
      this.requireAudit(minimum),
    );
  }

  async settle(): Promise<void> {
    const { place } = this.#parts;
    if (place === null || this.#isSettled()) return;
    const body = { place };
    await this.#queue.sign({ kind: "Settled", body, places: [], sign: () => Promise.resolve() });
    this.#settledPlace = place;
  }

  #isSettled(): boolean {
    const { place } = this.#parts;
    return place !== null && place === this.#settledPlace;
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

  #setOf({ from }: Sent): KeySet {
    const { sets } = this.#parts;
    return from === undefined ? sets.first : sets.ofAction(from);
  }

  #transactionsOf({ number, keys }: KeySet): TransactionSigning {
    const { action: key } = keys;
    const known = this.#transactions.get(key.address);
    if (known !== undefined) return known;
    const { hasher, state, log } = this.#parts;
    const made = new TransactionSigning(this.#config, {
      key,
      from: number === 1 ? null : key.address,
      ...{ hasher, state, log, queue: this.#queue },
      submit: (job) => this.#submit(job),
      takeRate: () => this.#rates.take("Transaction"),
      spend: this.#spend,
    });
    this.#transactions.set(key.address, made);
    return made;
  }

  #statusOf(set: KeySet): KeySetStatus {
    const { nextNonce } = this.#transactionsOf(set);
    return { number: set.number, ...set.publicKeys, nextNonce };
  }

  #setOfCa(caHash: Hex | undefined): KeySet {
    const { sets } = this.#parts;
    return caHash === undefined ? sets.first : sets.ofCa(caHash);
  }

  #nodeNo(): number {
    requirePolicy(this.#config.nodeNo > 0, "nodeNo", "not registered");
    return this.#config.nodeNo;
  }
}

// Of the key that is kept worst, in whatever set: any of them may be in force.
function lowestOf({ all }: KeySets): KeyTier {
  const tiers = all.map(({ standings }) => lowestTier(standings));
  return tiers.reduce((lowest, tier) => (tierNumber(tier) < tierNumber(lowest) ? tier : lowest));
}
