import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../clock.ts";
import { capped, readJson } from "./body.ts";
import { changeOf, type PeerDirectory, type PeerNode } from "./identity.ts";
import type { LeafKeeper } from "./leaf-keeper.ts";
import {
  type CheckpointAnswer,
  type CheckpointMessage,
  type CommitmentMessage,
  type FireMessage,
  type HelloMessage,
  type PreimageMessage,
  type Reader,
  type ReceiptMessage,
  readCheckpoint,
  readCheckpointAnswer,
  readCommitment,
  readHello,
  readReceipt,
  type VerdictMessage,
} from "./messages.ts";
import { PeerError } from "./peer-error.ts";
import { type DialedSession, dial } from "./session.ts";

export interface PeerClientOptions {
  readonly chainId: number;
  readonly connectMs: number;
  /** Longest time of a request, its answer's body included. */
  readonly requestMs: number;
  readonly messageBytes: number;
  readonly bundleBytes: number;
  /** Wait after the first failed connection; doubled with each further one. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

const MIB = 1024 * 1024;

export const PEER_CLIENT_DEFAULTS: Omit<PeerClientOptions, "chainId"> = {
  connectMs: 10_000,
  requestMs: 60_000,
  messageBytes: MIB,
  bundleBytes: 64 * MIB,
  backoffMs: 100,
  maxBackoffMs: 10_000,
};

export interface PeerClientCollaborators {
  readonly directory: PeerDirectory;
  readonly leaf: LeafKeeper;
  readonly clock: Clock;
  /** Told of each connection that begins (1) or ends (-1). */
  readonly onConnection?: (nodeNo: number, change: 1 | -1) => void;
}

/** One node that is called: its connection, or when to try again. */
interface Link {
  /** What the registry said of it when it was dialled. */
  node: PeerNode | null;
  dialing: Promise<DialedSession> | null;
  failures: number;
  notBeforeMs: number;
}

interface Call {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | null;
}

/** Calls other nodes, each over one connection that is kept. All errors are PeerError or the signal's. */
export class PeerClient {
  readonly #options: PeerClientOptions;
  readonly #collaborators: PeerClientCollaborators;
  readonly #links = new Map<number, Link>();

  constructor(options: PeerClientOptions, collaborators: PeerClientCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  async hello(nodeNo: number, signal: AbortSignal): Promise<HelloMessage> {
    const call = { method: "GET", path: "/hello", body: null } as const;
    const hello = await this.#exchange(nodeNo, call, [200], readHello, signal);
    if (hello === null) throw new PeerError({ code: "BAD_ANSWER", nodeNo });
    return hello;
  }

  /** The other seat's own commitment; null when it has none yet. */
  async commitment(
    nodeNo: number,
    message: CommitmentMessage,
    signal: AbortSignal,
  ): Promise<CommitmentMessage | null> {
    return this.#exchange(
      nodeNo,
      post("/commitments", message),
      [200, 202],
      readCommitment,
      signal,
    );
  }

  async verdict(nodeNo: number, message: VerdictMessage, signal: AbortSignal): Promise<void> {
    await this.#exchange(nodeNo, post("/verdicts", message), [204], () => null, signal);
  }

  async preimage(nodeNo: number, message: PreimageMessage, signal: AbortSignal): Promise<void> {
    await this.#exchange(nodeNo, post("/preimages", message), [204], () => null, signal);
  }

  /** The node's receipt; null when it found the fire not valid. */
  async fire(
    nodeNo: number,
    message: FireMessage,
    signal: AbortSignal,
  ): Promise<ReceiptMessage | null> {
    return this.#exchange(nodeNo, post("/fires", message), [200, 422], readReceipt, signal);
  }

  /** What the node says of a checkpoint of this one; null when it does not take it. */
  async checkpoint(
    nodeNo: number,
    message: CheckpointMessage,
    signal: AbortSignal,
  ): Promise<CheckpointAnswer | null> {
    const call = post("/checkpoints", message);
    return this.#exchange(nodeNo, call, [200, 422], readCheckpointAnswer, signal);
  }

  /** The newest checkpoint of this node that the other one holds. */
  async newestCheckpoint(nodeNo: number, signal: AbortSignal): Promise<CheckpointMessage | null> {
    const call = { method: "GET", path: "/checkpoints", body: null } as const;
    return this.#exchange(nodeNo, call, [200, 404], readCheckpoint, signal);
  }

  /** Pushes a bundle. False when the node does not want it. */
  async putBatch(
    nodeNo: number,
    batchNo: number,
    bundle: AsyncIterable<Uint8Array> | Uint8Array,
    signal: AbortSignal,
  ): Promise<boolean> {
    const call: Call = { method: "PUT", path: `/batches/${batchNo}`, body: bundle };
    return this.#within(nodeNo, signal, async (limit) => {
      const { stream, status } = await this.#send(nodeNo, call, limit);
      drop(stream);
      if (status !== 204 && status !== 409) throw new PeerError({ code: "STATUS", nodeNo, status });
      return status === 204;
    });
  }

  /** Hands a batch's bundle to `use` as it comes. False when the node does not hold it. */
  async getBatch(
    nodeNo: number,
    batchNo: number,
    use: (bundle: AsyncIterable<Uint8Array>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const call: Call = { method: "GET", path: `/batches/${batchNo}`, body: null };
    return this.#within(nodeNo, signal, async (limit) => {
      const { stream, status } = await this.#send(nodeNo, call, limit);
      if (status === 200) await use(capped(stream, this.#options.bundleBytes));
      else drop(stream);
      if (status !== 200 && status !== 404) throw new PeerError({ code: "STATUS", nodeNo, status });
      return status === 200;
    });
  }

  /**
   * The registry has changed: drops the connections to nodes that it no longer has or has switched off, at once, and to
   * those whose CA or address is another now, when their requests have ended.
   */
  recheck(): void {
    for (const [nodeNo, link] of this.#links) {
      const { caHash, endpoint } = link.node ?? {};
      const node = this.#collaborators.directory.node(nodeNo);
      if (caHash === undefined) continue;
      const change = changeOf(node, caHash);
      if (change === null && node?.endpoint === endpoint) continue;
      this.#links.delete(nodeNo);
      const isReplaced = change === null || change === "CA_NOT_REGISTERED";
      link.dialing?.then(
        ({ session }) => (isReplaced ? session.close() : session.destroy()),
        () => undefined,
      );
    }
  }

  async close(): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.allSettled(links.map(async (link) => (await link.dialing)?.session.destroy()));
  }

  async #exchange<T>(
    nodeNo: number,
    call: Call,
    statuses: readonly number[],
    read: Reader<T>,
    signal: AbortSignal,
  ): Promise<T | null> {
    return this.#within(nodeNo, signal, async (limit) => {
      const { stream, status } = await this.#send(nodeNo, call, limit);
      if (!statuses.includes(status)) {
        drop(stream);
        throw new PeerError({ code: "STATUS", nodeNo, status });
      }
      const json = await readJson(stream, this.#options.messageBytes);
      const value = status === 200 ? read(json) : null;
      if (status === 200 && value === null) throw new PeerError({ code: "BAD_ANSWER", nodeNo });
      return value;
    });
  }

  /** Runs a call under the caller's signal and the time limit, and turns what broke into a PeerError. */
  async #within<T>(
    nodeNo: number,
    signal: AbortSignal,
    work: (limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limitMs = this.#options.requestMs;
    const timeout = AbortSignal.timeout(limitMs);
    try {
      return await work(AbortSignal.any([signal, timeout]));
    } catch (cause) {
      signal.throwIfAborted();
      if (timeout.aborted) throw new PeerError({ code: "TIMEOUT", nodeNo, limitMs }, { cause });
      if (cause instanceof PeerError) throw cause;
      const detail = cause instanceof Error && "code" in cause ? String(cause.code) : "closed";
      throw new PeerError({ code: "UNREACHABLE", nodeNo, detail }, { cause });
    }
  }

  async #send(
    nodeNo: number,
    call: Call,
    limit: AbortSignal,
  ): Promise<{ readonly stream: ClientHttp2Stream; readonly status: number }> {
    const session = await raced(this.#session(nodeNo), limit);
    limit.throwIfAborted();
    const stream = session.request(
      { ":method": call.method, ":path": call.path },
      { endStream: call.body === null, signal: limit },
    );
    const answered = statusOf(stream);
    if (call.body instanceof Uint8Array) stream.end(call.body);
    else if (call.body !== null) {
      // A server that answers early (413, 409) resets the upload; its answer is what counts.
      pipeline(Readable.from(call.body, { objectMode: false }), stream).catch(() => undefined);
    }
    return { stream, status: await answered };
  }

  async #session(nodeNo: number): Promise<ClientHttp2Session> {
    const { clock } = this.#collaborators;
    const link = this.#links.get(nodeNo) ?? {
      node: null,
      dialing: null,
      failures: 0,
      notBeforeMs: 0,
    };
    this.#links.set(nodeNo, link);
    const kept = link.dialing;
    if (kept !== null) {
      const { session, untilMs } = await kept;
      if (!session.closed && !session.destroyed && clock.nowMs() < untilMs) return session;
      // Requests on their way end in peace; new ones share one new connection.
      session.close();
      if (link.dialing === kept) link.dialing = null;
    }
    if (link.dialing === null && clock.nowMs() < link.notBeforeMs) {
      throw new PeerError({ code: "BACKING_OFF", nodeNo, untilMs: link.notBeforeMs });
    }
    link.dialing ??= this.#dial(nodeNo, link);
    return (await link.dialing).session;
  }

  async #dial(nodeNo: number, link: Link): Promise<DialedSession> {
    const { directory, leaf, clock, onConnection } = this.#collaborators;
    const { chainId, backoffMs, maxBackoffMs } = this.#options;
    const node = directory.node(nodeNo);
    try {
      if (node === null) throw new PeerError({ code: "NODE_UNKNOWN", nodeNo });
      link.node = node;
      const dialed = await dial(
        { nodeNo, chainId, node },
        leaf.current,
        this.#options,
        this.#collaborators,
      );
      link.failures = 0;
      onConnection?.(nodeNo, 1);
      dialed.session.once("close", () => onConnection?.(nodeNo, -1));
      return dialed;
    } catch (error) {
      link.dialing = null;
      link.failures += 1;
      const waitMs = Math.min(maxBackoffMs, backoffMs * 2 ** (link.failures - 1));
      link.notBeforeMs = clock.nowMs() + waitMs;
      throw error;
    }
  }
}

function post(path: string, message: object): Call {
  return { method: "POST", path, body: Buffer.from(JSON.stringify(message)) };
}

function statusOf(stream: ClientHttp2Stream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once("response", (headers) => resolve(Number(headers[":status"])));
    stream.on("error", reject);
    stream.once("close", () => reject(new TypeError("closed without an answer")));
  });
}

/**
 * Lets go of an answer whose body nobody wants. Not by `close()`: Node 20 then spins for ever over
 * what is still to be sent (the test of bodies beyond the cap hangs).
 */
function drop(stream: ClientHttp2Stream): void {
  stream.destroy();
}

/** The promise, or the signal's reason when that comes first. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
