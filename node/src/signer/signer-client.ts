import type { Socket } from "node:net";
import type {
  AuditCheckpoint,
  Commitment,
  Hex,
  KeyRotation,
  RecordBatch,
  Verdict,
  Vote,
} from "@deed/protocol/encoding";
import { type Logger, SILENT } from "../telemetry/logger.ts";
import type { ChainName, ChainPosition } from "./beacon-chains.ts";
import { dialSigner, type RemoteAddress } from "./remote/dial-signer.ts";
import type {
  AuditMinimum,
  BatchToRecord,
  Begun,
  BoxToOpen,
  BurnToSign,
  KeySetStatus,
  LeafToIssue,
  LedgerSight,
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
import { SignerError } from "./signer-error.ts";
import { decodeReply, encodeWire, LineSplitter, PROTOCOL_VERSION, type WireReply } from "./wire.ts";

/** A signer on this machine. */
export interface LocalSigner {
  readonly socketPath: string;
  readonly remote?: never;
}

/** One on another machine. */
export interface RemoteSigner {
  readonly remote: RemoteAddress;
  readonly socketPath?: never;
}

export type SignerClientOptions = (LocalSigner | RemoteSigner) & ClientTerms;

export interface ClientTerms {
  readonly token: string;
  /** Said at every connection: a signer that is behind it signs no more. */
  readonly minimumAudit?: AuditMinimum;
  /** How long a request may wait, reconnections included. Default 30 s. */
  readonly timeoutMs?: number;
  /** Wait before a new connection is tried. Default 50 ms, 500 ms to another machine. */
  readonly reconnectMs?: number;
}

const RECONNECT_MS = 50;
const REMOTE_RECONNECT_MS = 500;

interface Pending {
  readonly method: string;
  readonly params: object;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SignerError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A signer over its socket: many requests at once, and after a lost connection all that are open are asked again,
 * because the signer answers for one place always alike.
 */
export class SignerClient implements Signer {
  readonly #options: SignerClientOptions;
  readonly #place: string | RemoteAddress;
  readonly #logger: Logger;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  #isGreeted = false;
  #nextId = 1;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  #dutiesAfter: Promise<unknown> = Promise.resolve();
  /** Why there is no connection, for who waited in vain. */
  #lastProblem = "timeout";

  constructor(options: SignerClientOptions, parts: { readonly logger?: Logger } = {}) {
    this.#options = options;
    this.#place = options.remote ?? options.socketPath;
    this.#logger = parts.logger ?? SILENT;
  }

  /** What the duty key owes the ledger waits for this from now on. */
  holdDuties(until: Promise<unknown>): void {
    this.#dutiesAfter = until;
  }

  async recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>> {
    await this.#dutiesAfter;
    return this.#ask("recordBatch", batch);
  }

  async commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>> {
    await this.#dutiesAfter;
    return this.#ask("commitment", commitment);
  }

  async verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>> {
    await this.#dutiesAfter;
    return this.#ask("verdict", verdict);
  }

  async vote(vote: Unsigned<Vote>): Promise<Signed<Vote>> {
    await this.#dutiesAfter;
    return this.#ask("vote", vote);
  }

  auditCheckpoint(no: number, begun: Begun = {}): Promise<Signed<AuditCheckpoint>> {
    return this.#ask("auditCheckpoint", { ...begun, no });
  }

  tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
    readonly caHash?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedCaBinding> {
    return this.#ask("tlsCaBinding", binding);
  }

  sealingKeyBinding(binding: {
    readonly operatorNo: number;
    readonly sealing?: Hex;
    readonly dutyKey?: Hex;
  }): Promise<SignedSealingBinding> {
    return this.#ask("sealingKeyBinding", binding);
  }

  open(box: BoxToOpen): Promise<Hex> {
    return this.#ask("open", box);
  }

  receipt(receipt: {
    readonly fireHash: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedReceipt> {
    return this.#ask("receipt", receipt);
  }

  witness(seen: {
    readonly checkpointDigest: Hex;
    readonly atMs: number;
    readonly dutyKey?: Hex;
  }): Promise<SignedWitness> {
    return this.#ask("witness", seen);
  }

  keyRotation(rotation: Omit<KeyRotation, "nodeNo">): Promise<SignedKeyRotation> {
    return this.#ask("keyRotation", rotation);
  }

  transaction(transaction: TransactionToSign): Promise<SignedTransaction> {
    return this.#ask("transaction", transaction);
  }

  burn(burn: BurnToSign): Promise<SignedTransaction> {
    return this.#ask("burn", burn);
  }

  issueLeaf(leaf: LeafToIssue): Promise<Hex> {
    return this.#ask("issueLeaf", leaf);
  }

  caCertificate(of?: { readonly caHash: Hex }): Promise<Hex> {
    return this.#ask("caCertificate", of ?? {});
  }

  preimage(position: ChainPosition): Promise<Hex> {
    return this.#ask("preimage", position);
  }

  chainTip(name?: ChainName): Promise<Hex> {
    return this.#ask("chainTip", name ?? {});
  }

  chainInForce(position: ChainPosition): Promise<ChainName | null> {
    return this.#ask("chainInForce", position);
  }

  addKeySet(): Promise<KeySetStatus> {
    return this.#ask("addKeySet", {});
  }

  signedBatch(batchNo: number): Promise<SignedBatch | null> {
    return this.#ask("signedBatch", { batchNo });
  }

  observe(sight: LedgerSight): Promise<void> {
    return this.#ask("observe", sight);
  }

  settle(): Promise<void> {
    return this.#ask("settle", {});
  }

  status(): Promise<SignerStatus> {
    return this.#ask("status", {});
  }

  /** Refuses what is open and closes the connection. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#socket?.destroy();
    for (const id of [...this.#pending.keys()]) this.#refuse(id, "closed");
  }

  #ask<T>(method: string, params: object): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new SignerError({ code: "E_UNAVAILABLE", reason: "closed" }));
    }
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const timeoutMs = this.#options.timeoutMs ?? 30_000;
      const timer = setTimeout(() => this.#onTimeout(id), timeoutMs);
      this.#pending.set(id, {
        method,
        params,
        resolve: resolve as (value: unknown) => void,
        reject,
        timer,
      });
      if (this.#isGreeted) this.#send(id, method, params);
      else this.#connect();
    });
  }

  #connect(): void {
    if (this.#socket !== null || this.#retry !== null || this.#closed) return;
    const socket = dialSigner(this.#place, {
      onReady: () => this.#greet(),
      onRefused: (reason) => {
        this.#noteProblem(reason);
        this.#logger.error("The other end is not the signer", { reason });
      },
      nowMs: () => Date.now(),
    });
    this.#socket = socket;
    const lines = new LineSplitter((line) => {
      const reply = decodeReply(line);
      if (reply !== null) this.#onReply(reply);
      else if (!socket.destroyed) this.#onStranger(socket);
    });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      if (!lines.push(text)) this.#onStranger(socket);
    });
    socket.on("error", (error) => {
      this.#noteProblem("code" in error ? String(error.code) : error.message);
      socket.destroy();
    });
    socket.on("close", () => this.#onClose());
  }

  // Whoever took the signer's place knows the token now, and nothing else.
  #onStranger(socket: Socket): void {
    const reason = "what answers is not a signer";
    this.#noteProblem(reason);
    this.#logger.error("The other end is not the signer", { reason });
    socket.destroy();
  }

  // Number 0 is the greeting's; requests follow when it was accepted.
  #greet(): void {
    const { token, minimumAudit = {} } = this.#options;
    this.#send(0, "hello", { version: PROTOCOL_VERSION, token, minimumAudit });
  }

  #onReply(reply: WireReply): void {
    if (reply.id === 0) {
      this.#onGreeting(reply);
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    // A closing signer comes back, or the request runs into its timeout.
    if ("error" in reply && reply.error.code === "E_CLOSING") return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if ("error" in reply) pending.reject(new SignerError(reply.error));
    else pending.resolve(reply.result);
  }

  #onGreeting(reply: WireReply): void {
    if ("error" in reply) {
      const failure = reply.error;
      const { remedy } = new SignerError(failure);
      this.#logger.error("Signer refused the node", { failure, remedy });
      for (const [id, pending] of [...this.#pending]) {
        this.#pending.delete(id);
        clearTimeout(pending.timer);
        pending.reject(new SignerError(failure));
      }
      this.#socket?.destroy();
      return;
    }
    this.#isGreeted = true;
    for (const [id, { method, params }] of this.#pending) this.#send(id, method, params);
  }

  #onClose(): void {
    const wasGreeted = this.#isGreeted;
    this.#socket = null;
    this.#isGreeted = false;
    if (this.#closed || this.#pending.size === 0) return;
    if (wasGreeted) this.#logger.warn("Connection to the signer lost");
    this.#retry = setTimeout(
      () => {
        this.#retry = null;
        this.#connect();
      },
      this.#options.reconnectMs ?? (this.#isRemote ? REMOTE_RECONNECT_MS : RECONNECT_MS),
    );
  }

  // A machine that is gone says nothing: what is sent to it waits for ever.
  #onTimeout(id: number): void {
    this.#refuse(id, this.#isGreeted ? "timeout" : this.#lastProblem);
    if (this.#isRemote) this.#socket?.destroy();
  }

  get #isRemote(): boolean {
    return typeof this.#place !== "string";
  }

  #noteProblem(reason: string): void {
    this.#lastProblem = `timeout: ${reason}`;
  }

  #send(id: number, method: string, params: object): void {
    this.#socket?.write(encodeWire({ id, method, params }));
  }

  #refuse(id: number, reason: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.reject(new SignerError({ code: "E_UNAVAILABLE", reason }));
  }
}
