import { Agent, WebSocket } from "undici";
import type { RpcTls } from "../../config-links.ts";
import { localhostLookup } from "../../links/localhost-lookup.ts";
import { callerContext } from "../../links/secure-context.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Waker } from "../waker.ts";
import { TickRequest } from "./tick-request.ts";

export interface HeadSourceOptions {
  /** WebSocket endpoint that pushes heads; null where there is none. */
  readonly wsUrl: string | null;
  readonly tls: RpcTls;
  /** Without a push, look this often. Also the longest time between two looks with one. */
  readonly pollMs: number;
  readonly reconnectMs: number;
}

/** A connection that died without a word is noticed by looking; one that ends says so. */
const POLL_WITH_PUSH_MS = 5_000;

const HEADS_ID = 1;

/** Wakes somebody at every new head. A lost connection is made again; until then the poll carries on. */
export class HeadSource {
  readonly #options: HeadSourceOptions;
  readonly #logger: Logger;
  readonly #waker: Waker;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isPushing = false;
  #isClosed = false;
  readonly #dispatcher: Agent | null;
  readonly #ticks = new TickRequest((method, params, id) => this.#send(method, params, id));

  constructor(options: HeadSourceOptions, parts: { logger: Logger; waker: Waker }) {
    this.#options = options;
    this.#logger = parts.logger;
    this.#waker = parts.waker;
    this.#dispatcher = options.wsUrl === null ? null : dispatcherFor(options.wsUrl, options.tls);
    this.#connect();
  }

  /** How long the follower may sleep without a push. */
  get pollMs(): number {
    return this.#isPushing
      ? Math.max(this.#options.pollMs, POLL_WITH_PUSH_MS)
      : this.#options.pollMs;
  }

  /**
   * Whether heads are waited for that might not come by themselves. The embedded chain makes an empty block a
   * second while somebody asks it to; other endpoints refuse, and are not asked again on the same connection.
   */
  ask(isWaiting: boolean): void {
    this.#ticks.want(isWaiting);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.close();
    // By force: its connection is the socket's, and that may still be closing.
    this.#dispatcher?.destroy().catch(() => undefined);
  }

  #connect(): void {
    const { wsUrl } = this.#options;
    if (wsUrl === null || this.#dispatcher === null || this.#isClosed) return;
    const socket = new WebSocket(wsUrl, { dispatcher: this.#dispatcher });
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#send("eth_subscribe", ["newHeads"], HEADS_ID);
      this.#ticks.connected();
    });
    socket.addEventListener("message", ({ data }: { data: unknown }) => {
      // The answer to a subscription, or a refusal of it, is no head.
      if (!String(data).includes("eth_subscription")) return this.#ticks.answered(String(data));
      this.#isPushing = true;
      this.#waker.wake();
    });
    // An error is always followed by a close.
    socket.addEventListener("error", () => undefined);
    socket.addEventListener("close", () => this.#lost());
  }

  #send(method: string, params: readonly unknown[], id: number): void {
    this.#socket?.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  #lost(): void {
    const wasPushing = this.#isPushing;
    this.#isPushing = false;
    this.#socket = null;
    this.#ticks.disconnected();
    if (this.#isClosed) return;
    if (wasPushing) this.#logger.warn("Head subscription lost, polling until it is back");
    this.#timer = setTimeout(() => this.#connect(), this.#options.reconnectMs);
    this.#waker.wake();
  }
}

// The library's own would heed NODE_TLS_REJECT_UNAUTHORIZED.
function dispatcherFor(wsUrl: string, tls: RpcTls): Agent {
  const { protocol, hostname } = new URL(wsUrl);
  if (protocol === "wss:") {
    return new Agent({ connect: { secureContext: callerContext(tls), rejectUnauthorized: true } });
  }
  return new Agent(hostname === "localhost" ? { connect: { lookup: localhostLookup } } : {});
}
