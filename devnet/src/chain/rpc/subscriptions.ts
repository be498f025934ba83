import { quantity } from "../hex.ts";
import { RpcFault } from "../rpc-fault.ts";
import type { BlockFeed, FeedItem } from "./feed.ts";
import { type LogFilter, parseLogFilter } from "./log-filter.ts";

type Subscription =
  | { readonly kind: "newHeads" }
  | { readonly kind: "logs"; readonly filter: LogFilter }
  | { readonly kind: "deed_ticks"; readonly release: () => void };

/** Collaborators of a connection's subscriptions. */
export interface SubscriptionParts {
  readonly feed: BlockFeed;
  /** Asks for a block every second until released. */
  readonly tick: () => () => void;
  readonly send: (text: string) => void;
}

const maxSubscriptions = 1000;

/** What one WebSocket connection subscribed to. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #active = new Map<string, Subscription>();
  readonly #leave: () => void;
  #lastId = 0;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
    this.#leave = parts.feed.listen({
      wantsLogs: () => [...this.#active.values()].some(({ kind }) => kind === "logs"),
      deliver: (item) => this.#deliver(item),
    });
  }

  /** The subscription's id. Throws RpcFault. */
  subscribe([kind, filter]: readonly unknown[]): string {
    if (this.#active.size >= maxSubscriptions) {
      throw new RpcFault(-32005, "too many subscriptions on one connection");
    }
    const subscription = this.#open(kind, filter);
    this.#lastId += 1;
    const id = quantity(this.#lastId);
    this.#active.set(id, subscription);
    return id;
  }

  unsubscribe([id]: readonly unknown[]): boolean {
    const subscription = this.#active.get(String(id));
    if (subscription?.kind === "deed_ticks") subscription.release();
    return this.#active.delete(String(id));
  }

  close(): void {
    for (const id of [...this.#active.keys()]) this.unsubscribe([id]);
    this.#leave();
  }

  #open(kind: unknown, filter: unknown): Subscription {
    switch (kind) {
      case "newHeads":
        return { kind };
      case "logs":
        return { kind, filter: parseLogFilter(filter) };
      case "deed_ticks":
        return { kind, release: this.#parts.tick() };
      default:
        throw new RpcFault(-32602, "subscriptions are newHeads, logs and deed_ticks");
    }
  }

  #deliver({ block, logs }: FeedItem): void {
    const { number, hash, timestampSec } = block;
    for (const [id, subscription] of this.#active) {
      switch (subscription.kind) {
        case "newHeads":
          this.#notify(id, block.header);
          break;
        case "deed_ticks":
          this.#notify(id, { number: quantity(number), hash, timestamp: quantity(timestampSec) });
          break;
        case "logs":
          for (const log of logs) if (subscription.filter(log)) this.#notify(id, log);
          break;
      }
    }
  }

  #notify(subscription: string, result: unknown): void {
    const params = { subscription, result };
    this.#parts.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params }));
  }
}
