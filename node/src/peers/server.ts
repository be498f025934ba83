import { once } from "node:events";
import {
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Hex } from "@deed/protocol/encoding";
import type { Clock } from "../clock.ts";
import { peerContextOptions } from "../links/secure-context.ts";
import type { Logger } from "../telemetry/logger.ts";
import { judge, presentedBy } from "./gate.ts";
import type { PeerHandlers } from "./handlers.ts";
import { changeOf, PEER_ALPN, type PeerDirectory } from "./identity.ts";
import type { LeafKeeper } from "./leaf-keeper.ts";
import { PeerError } from "./peer-error.ts";
import { type PeerLimitOptions, PeerLimits } from "./peer-limits.ts";
import { type Answer, type BodyLimits, isWithin, routeOf, sendAnswer } from "./routes.ts";

export interface PeerServerOptions extends BodyLimits {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly chainId: number;
  readonly perPeer: PeerLimitOptions;
  /** Connections of one node; beyond it the newest is refused. */
  readonly connectionsPerPeer: number;
  readonly maxConnections: number;
  readonly handshakeMs: number;
  /** Longest time from a request's head to the end of its answer. */
  readonly requestMs: number;
  /** A connection without a request for so long is closed. */
  readonly idleMs: number;
}

const MIB = 1024 * 1024;

export const PEER_SERVER_DEFAULTS: Omit<PeerServerOptions, "chainId"> = {
  host: "127.0.0.1",
  port: 0,
  messageBytes: MIB,
  bundleBytes: 64 * MIB,
  perPeer: { perSecond: 2_000, burst: 4_000, concurrent: 256 },
  connectionsPerPeer: 8,
  maxConnections: 1_000,
  handshakeMs: 10_000,
  requestMs: 60_000,
  idleMs: 10 * 60_000,
};

export interface PeerServerCollaborators {
  readonly directory: PeerDirectory;
  readonly leaf: LeafKeeper;
  readonly handlers: PeerHandlers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each connection that begins (1) or ends (-1). */
  readonly onConnection?: (nodeNo: number, change: 1 | -1) => void;
}

interface Connection {
  readonly nodeNo: number;
  /** Under which it was admitted. */
  readonly caHash: Hex;
  readonly validToMs: number;
  readonly socket: TLSSocket;
}

/** What answers on its way have when a peer's CA is replaced. */
const REPLACED_CA_MS = 2_000;

/** The door for other nodes: HTTP/2 over TLS 1.3, both sides known to the registry. */
export class PeerServer {
  readonly #options: PeerServerOptions;
  readonly #collaborators: PeerServerCollaborators;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #sessions = new Map<Connection, ServerHttp2Session>();
  readonly #limits = new Map<number, PeerLimits>();
  readonly #stopRotation: () => void;

  /** Use `startPeerServer`. */
  constructor(options: PeerServerOptions, collaborators: PeerServerCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
    const { leaf } = collaborators;
    this.#server = createServer({
      ...peerContextOptions(leaf.current),
      ALPNProtocols: [PEER_ALPN],
      requestCert: true,
      // Any certificate gets as far as the gate, which judges it; see there.
      rejectUnauthorized: false,
      handshakeTimeout: options.handshakeMs,
    });
    this.#server.maxConnections = options.maxConnections;
    this.#server.on("secureConnection", (socket) => this.#admit(socket));
    this.#server.on("tlsClientError", (error, socket) => {
      const code = "code" in error ? error.code : "";
      collaborators.logger.debug("Peer handshake failed", { code });
      // Whoever lets a handshake time out would otherwise keep the connection, and their number is bounded.
      socket.destroy();
    });
    this.#stopRotation = leaf.onRotated((material) => {
      this.#server.setSecureContext(peerContextOptions(material));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port, this.#options.host);
    await once(this.#server, "listening");
  }

  /**
   * The registry has changed: cuts the connections of nodes that it no longer has or has switched off, at once, and of
   * those whose CA is another now, when the answers on their way are out.
   */
  recheck(): void {
    for (const connection of this.#connections) {
      const { nodeNo, caHash, socket } = connection;
      const change = changeOf(this.#collaborators.directory.node(nodeNo), caHash);
      if (change === null) continue;
      this.#collaborators.logger.warn("Peer cut off", { nodeNo, reason: change });
      if (change === "CA_NOT_REGISTERED") this.#endSoon(connection);
      else {
        socket.destroy();
        this.#limits.delete(nodeNo);
      }
    }
  }

  async close(): Promise<void> {
    this.#stopRotation();
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { socket } of this.#connections) socket.destroy();
    await closed;
  }

  #endSoon(connection: Connection): void {
    this.#sessions.get(connection)?.close();
    const timer = setTimeout(() => connection.socket.destroy(), REPLACED_CA_MS).unref();
    connection.socket.once("close", () => clearTimeout(timer));
  }

  #admit(socket: TLSSocket): void {
    socket.on("error", () => undefined);
    const { directory, clock, logger } = this.#collaborators;
    const { chainId, connectionsPerPeer } = this.#options;
    const judgement = judge(presentedBy(socket), { chainId, directory, nowMs: clock.nowMs() });
    if (judgement.kind === "refused") {
      logger.warn("Peer refused", { reason: judgement.code });
      socket.destroy();
      return;
    }
    const caHash = directory.node(judgement.nodeNo)!.caHash;
    const connection: Connection = { ...judgement, caHash, socket };
    const sameNode = [...this.#connections].filter(({ nodeNo }) => nodeNo === judgement.nodeNo);
    if (sameNode.length >= connectionsPerPeer) {
      logger.warn("Peer refused", { reason: "TOO_MANY_CONNECTIONS", nodeNo: judgement.nodeNo });
      socket.destroy();
      return;
    }
    this.#connections.add(connection);
    this.#collaborators.onConnection?.(judgement.nodeNo, 1);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#sessions.delete(connection);
      this.#collaborators.onConnection?.(judgement.nodeNo, -1);
    });
    this.#serve(connection);
  }

  #serve(connection: Connection): void {
    const session: ServerHttp2Session = performServerHandshake(connection.socket, {
      maxSessionMemory: 64,
      settings: {
        maxConcurrentStreams: this.#options.perPeer.concurrent,
        enablePush: false,
        maxHeaderListSize: 8192,
      },
    });
    this.#sessions.set(connection, session);
    session.on("error", () => connection.socket.destroy());
    session.setTimeout(this.#options.idleMs, () => session.close());
    session.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      // The connection was right when it opened; a leaf that has ended since must be shown anew.
      if (this.#collaborators.clock.nowMs() > connection.validToMs) session.close();
      this.#answer(connection.nodeNo, stream, headers).catch(() => cut(stream));
    });
  }

  async #answer(
    from: number,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    const limits = this.#limitsOf(from);
    if (!limits.enter()) {
      stream.respond({ ":status": 429, "retry-after": "1" }, { endStream: true });
      return;
    }
    const abort = new AbortController();
    stream.once("close", () => abort.abort());
    const timer = setTimeout(() => cut(stream), this.#options.requestMs);
    try {
      await sendAnswer(stream, await this.#route(from, stream, headers, abort.signal));
    } finally {
      clearTimeout(timer);
      limits.leave();
    }
  }

  async #route(
    from: number,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    signal: AbortSignal,
  ): Promise<Answer> {
    const method = headers[":method"] ?? "";
    const route = routeOf(String(method), String(headers[":path"] ?? ""));
    if (route === null) return { status: 404 };
    if (!isWithin(headers, String(method), this.#options)) return { status: 413 };
    const { handlers, logger } = this.#collaborators;
    try {
      return await route(handlers, { from, stream, signal, limits: this.#options });
    } catch (error) {
      if (error instanceof PeerError && error.failure.code === "TOO_LARGE") return { status: 413 };
      if (!signal.aborted) logger.error("Peer request failed", { from, error: String(error) });
      return { status: 500 };
    }
  }

  #limitsOf(nodeNo: number): PeerLimits {
    let limits = this.#limits.get(nodeNo);
    if (limits === undefined) {
      limits = new PeerLimits(this.#options.perPeer, this.#collaborators.clock);
      this.#limits.set(nodeNo, limits);
    }
    return limits;
  }
}

// Not by `close()`: Node 20 spins for ever over a stream that is closed and still has data to send.
// And by an error, without which the peer would take what it has for the whole.
function cut(stream: ServerHttp2Stream): void {
  stream.destroy(new TypeError("request cut off"));
}

/** Opens the port and answers until `close`. */
export async function startPeerServer(
  options: PeerServerOptions,
  collaborators: PeerServerCollaborators,
): Promise<PeerServer> {
  const server = new PeerServer(options, collaborators);
  await server.listen();
  return server;
}
