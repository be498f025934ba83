import { bundleKeepers } from "../../judge/bundle-keepers.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { NodeContext } from "../context.ts";

export interface KeeperPushOptions {
  /** A keeper that takes longer is asked again later. */
  readonly pushTimeoutMs: number;
  /** Before the second try; twice as long before each further one. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

type PushContext = Pick<
  NodeContext,
  "store" | "clock" | "registry" | "operatorNo" | "logger" | "peers" | "wakers"
>;

interface OwedBatch {
  /** Null: who has it already is not known. */
  keepers: readonly number[] | null;
  atMs: number;
  restMs: number;
  isBusy: boolean;
}

const AT_ONCE = 4;

/**
 * Gives bundles of this node's batches to their keepers. One that is down is asked again until the batch is settled:
 * should this node be down when a seat asks, somebody must have it.
 */
export class KeeperPushes {
  readonly #options: KeeperPushOptions;
  readonly #context: PushContext;
  readonly #owed = new Map<number, OwedBatch>();
  readonly #active = new Set<Promise<void>>();

  constructor(options: KeeperPushOptions, context: PushContext) {
    this.#options = options;
    this.#context = context;
  }

  /** After a start: an earlier process may not have come to it. */
  resume(): void {
    const { store, clock } = this.#context;
    for (const { batchNo } of store.read.batches.mine("recorded"))
      this.#owe(batchNo, null, clock.nowMs());
  }

  /** Asks each keeper once. What one did not take comes again with `look`. */
  async give(batch: BatchRow, body: Uint8Array, signal: AbortSignal): Promise<void> {
    const missing = await this.#push(batch, body, null, signal);
    if (missing.length === 0) return;
    this.#owe(batch.batchNo, missing, this.#context.clock.nowMs() + this.#options.firstRetryMs);
    this.#context.wakers.of("record").wake();
  }

  /** Asks again those whose time has come. @returns when to look again; null when nobody is to be asked. */
  look(signal: AbortSignal): number | null {
    const { store, clock } = this.#context;
    const nowMs = clock.nowMs();
    let nextMs: number | null = null;
    for (const [batchNo, owed] of this.#owed) {
      const batch = store.read.batches.get({ batchNo });
      if (batch === null || isOver(batch)) {
        this.#owed.delete(batchNo);
        continue;
      }
      // The end of one of them looks again.
      if (owed.isBusy || this.#active.size >= AT_ONCE) continue;
      if (owed.atMs <= nowMs) this.#again(batch, owed, signal);
      else nextMs = Math.min(nextMs ?? owed.atMs, owed.atMs);
    }
    return nextMs;
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#active);
    this.#owed.clear();
  }

  #owe(batchNo: number, keepers: OwedBatch["keepers"], atMs: number): void {
    const restMs = this.#options.firstRetryMs;
    this.#owed.set(batchNo, { keepers, atMs, restMs, isBusy: false });
  }

  #again(batch: BatchRow, owed: OwedBatch, signal: AbortSignal): void {
    const { store, clock, wakers, logger } = this.#context;
    const { batchNo } = batch;
    const held = store.read.batchBundles.get({ batchNo });
    if (held === null) {
      this.#owed.delete(batchNo);
      return;
    }
    owed.isBusy = true;
    const pushed = this.#push(batch, held.body, owed.keepers, signal)
      .then((missing) => {
        owed.keepers = missing;
        if (missing.length === 0) this.#owed.delete(batchNo);
      })
      .catch((error: unknown) => {
        if (!signal.aborted)
          logger.warn("Keepers not asked, to be tried again", { batchNo, error });
      })
      .then(() => {
        owed.isBusy = false;
        owed.restMs = Math.min(2 * owed.restMs, this.#options.longestRetryMs);
        owed.atMs = clock.nowMs() + owed.restMs;
        this.#active.delete(pushed);
        wakers.of("record").wake();
      });
    this.#active.add(pushed);
  }

  /** @returns those that did not take it. */
  async #push(
    batch: BatchRow,
    body: Uint8Array,
    known: readonly number[] | null,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const { registry, operatorNo, logger, peers } = this.#context;
    const keepers = known ?? (await bundleKeepers(registry, batch.generation, operatorNo));
    const { batchNo } = batch;
    const missing: number[] = [];
    await Promise.all(
      keepers.map(async (nodeNo) => {
        const timeout = AbortSignal.timeout(this.#options.pushTimeoutMs);
        try {
          await peers.putBatch(nodeNo, batchNo, body, AbortSignal.any([signal, timeout]));
        } catch (error) {
          missing.push(nodeNo);
          if (signal.aborted) return;
          logger.warn("Keeper did not take the bundle", { batchNo, keeper: nodeNo, error });
        }
      }),
    );
    return missing;
  }
}

function isOver({ status }: BatchRow): boolean {
  return status !== "claimed" && status !== "recorded";
}
