import type { ByteStream } from "./peers/handlers.ts";
import type { NodeContext } from "./roles/context.ts";
import type { BatchRow } from "./store/batches.ts";

export interface BundleKeeperOptions {
  /** A batch that is not known yet may be a block ahead of this node: so long it is waited for. */
  readonly unknownMs: number;
}

type KeeperContext = Pick<NodeContext, "store" | "clock" | "logger">;

/**
 * Keeps the bundles that executors push before they record. They are not checked here: whoever needs one
 * compares it with the record. A node gives those of its own batches, and one at a time, so that it cannot
 * fill this one's disk or memory.
 */
export class BundleKeeper {
  readonly #options: BundleKeeperOptions;
  readonly #context: KeeperContext;
  /** Ends of what each node gives now. */
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(options: BundleKeeperOptions, context: KeeperContext) {
    this.#options = options;
    this.#context = context;
  }

  /** @returns false when the bundle is not wanted. Rejects when the stream is cut off. */
  keep(from: number, batchNo: number, bundle: ByteStream, signal: AbortSignal): Promise<boolean> {
    const before = this.#turns.get(from) ?? Promise.resolve();
    const kept = before.then(() => this.#take(from, batchNo, bundle, signal));
    this.#turns.set(
      from,
      kept.catch(() => undefined),
    );
    return kept;
  }

  async #take(
    from: number,
    batchNo: number,
    bundle: ByteStream,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, clock, logger } = this.#context;
    const batch = await this.#known(batchNo, signal);
    const isWanted = (): boolean => !store.read.batchBundles.isComplete(batchNo);
    if (batch?.nodeNo !== from || !isWanted()) return false;
    const chunks: Uint8Array[] = [];
    for await (const chunk of bundle) chunks.push(chunk);
    if (!isWanted()) return false;
    const body = Buffer.concat(chunks);
    const row = { batchNo, complete: false, fromNode: from, receivedMs: clock.nowMs(), body };
    await store.write((tables) => tables.batchBundles.put(row));
    logger.debug("Bundle kept for its executor", { batchNo, from, bytes: body.length });
    return true;
  }

  /** The batch, as soon as this node has read its claim; null when that takes too long. */
  #known(batchNo: number, signal: AbortSignal): Promise<BatchRow | null> {
    const { store } = this.#context;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#options.unknownMs)]);
    return new Promise((resolve) => {
      const look = (): void => {
        const batch = store.read.batches.get({ batchNo });
        if (batch === null && !limit.aborted) return;
        unsubscribe();
        limit.removeEventListener("abort", look);
        resolve(batch);
      };
      const unsubscribe = store.onCommit((touched) => {
        if (touched.has("batches")) look();
      });
      limit.addEventListener("abort", look);
      look();
    });
  }
}
