import type { Block } from "../engine/engine.ts";
import type { EngineHost } from "../engine/engine-host.ts";
import { messageOf } from "../error.ts";
import type { Logger } from "../logger.ts";
import type { Log } from "./log-filter.ts";

/** A block and its logs, for subscribers. */
export interface FeedItem {
  readonly block: Block;
  readonly logs: readonly Log[];
}

/** Wants blocks, and logs only when it says so. */
export interface FeedListener {
  readonly wantsLogs: () => boolean;
  readonly deliver: (item: FeedItem) => void;
}

/** Hands each block to its listeners, in order, reading the logs once for all of them. */
export class BlockFeed {
  readonly #host: EngineHost;
  readonly #logger: Logger;
  readonly #listeners = new Set<FeedListener>();
  #tail: Promise<void> = Promise.resolve();

  constructor(host: EngineHost, logger: Logger) {
    this.#host = host;
    this.#logger = logger;
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(block: Block): void {
    if (this.#listeners.size === 0) return;
    this.#tail = this.#tail.then(() => this.#deliver(block));
  }

  async #deliver(block: Block): Promise<void> {
    const wantsLogs = [...this.#listeners].some((listener) => listener.wantsLogs());
    const logs = wantsLogs && hasLogs(block) ? await this.#readLogs(block) : [];
    for (const listener of this.#listeners) listener.deliver({ block, logs });
  }

  async #readLogs(block: Block): Promise<readonly Log[]> {
    try {
      const filter = [{ blockHash: block.hash }];
      return (await this.#host.read((engine) => engine.request("eth_getLogs", filter))) as Log[];
    } catch (error) {
      this.#logger.error("Logs not delivered", { block: block.number, reason: messageOf(error) });
      return [];
    }
  }
}

function hasLogs(block: Block): boolean {
  return !/^0x0*$/.test(String(block.header["logsBloom"]));
}
