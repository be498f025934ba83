import { connect, type Socket } from "node:net";
import type { Commitment, Hex, RecordBatch, Verdict, Vote } from "@deed/protocol/encoding";
import { type Logger, SILENT } from "../telemetry/logger.ts";
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
import { SignerError } from "./signer-error.ts";
import { decodeReply, encodeWire, LineSplitter, PROTOCOL_VERSION, type WireReply } from "./wire.ts";

export interface SignerClientOptions {
  readonly socketPath: string;
  readonly token: string;
  /** Said at every connection: a signer that is behind it signs no more. */
  readonly minimumAudit?: AuditMinimum;
  /** How long a request may wait, reconnections included. Default 30 s. */
  readonly timeoutMs?: number;
  /** Wait before a new connection is tried. Default 50 ms. */
  readonly reconnectMs?: number;
}

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
  readonly #logger: Logger;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  #isGreeted = false;
  #nextId = 1;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: SignerClientOptions, parts: { readonly logger?: Logger } = {}) {
    this.#options = options;
    this.#logger = parts.logger ?? SILENT;
  }

  recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>> {
    return this.#ask("recordBatch", batch);
  }

  commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>> {
    return this.#ask("commitment", commitment);
  }

  verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>> {
    return this.#ask("verdict", verdict);
  }

  vote(vote: Unsigned<Vote>): Promise<Signed<Vote>> {
    return this.#ask("vote", vote);
  }

  tlsCaBinding(binding: {
    readonly operatorNo: number;
    readonly endpoint: string;
  }): Promise<SignedCaBinding> {
    return this.#ask("tlsCaBinding", binding);
  }

  receipt(receipt: { readonly fireHash: Hex; readonly atMs: number }): Promise<SignedReceipt> {
    return this.#ask("receipt", receipt);
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

  caCertificate(): Promise<Hex> {
    return this.#ask("caCertificate", {});
  }

  preimage(index: number): Promise<Hex> {
    return this.#ask("preimage", { index });
  }

  chainTip(): Promise<Hex> {
    return this.#ask("chainTip", {});
  }

  signedBatch(batchNo: number): Promise<SignedBatch | null> {
    return this.#ask("signedBatch", { batchNo });
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
      const timer = setTimeout(() => this.#refuse(id, "timeout"), timeoutMs);
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
    const socket = connect(this.#options.socketPath);
    this.#socket = socket;
    const lines = new LineSplitter((line) => this.#onReply(decodeReply(line)));
    socket.setEncoding("utf8");
    socket.on("connect", () => this.#greet());
    socket.on("data", (text: string) => {
      if (!lines.push(text)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#onClose());
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
      this.#logger.error("Signer refused the node", { failure: reply.error });
      const failure = reply.error;
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
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, this.#options.reconnectMs ?? 50);
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
