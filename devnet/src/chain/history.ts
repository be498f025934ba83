import type { Block, Engine } from "./engine/engine.ts";
import { ChainError, messageOf } from "./error.ts";
import { type Hex, quantity } from "./hex.ts";
import { decodeSnapshot, encodeSnapshot, type PastBlock } from "./history-snapshot.ts";
import type { Logger } from "./logger.ts";
import {
  type AccountBefore,
  keepEarlier,
  type StateDelta,
  type ValuesBefore,
  valuesBefore,
} from "./values-before.ts";

/** How much is kept. */
export interface HistoryLimits {
  readonly maxBlocks: number;
  /** Bounds the memory: about 250 bytes each. */
  readonly maxValues: number;
}

/**
 * The values that each of the last blocks replaced. The engine keeps a whole copy of the state for
 * each block that it remembers; this keeps what differs, and the two together answer for any of them.
 */
export class StateHistory {
  readonly #limits: HistoryLimits;
  readonly #logger: Logger;
  readonly #blocks = new Map<number, PastBlock>();
  readonly #numbers = new Map<Hex, number>();
  #oldest = 1;
  #newest = 0;
  #values = 0;
  #engineFrom = 0;

  constructor(limits: HistoryLimits, logger: Logger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  /** The newest block recorded. */
  get newest(): number {
    return this.#newest;
  }

  /** The oldest block whose state can be told: the one before the oldest recorded. */
  get oldestState(): number {
    return this.#oldest - 1;
  }

  /** The oldest block whose state the engine may have: it began there. */
  get engineFrom(): number {
    return this.#engineFrom;
  }

  numberOf(hash: string): number | undefined {
    return this.#numbers.get(hash as Hex);
  }

  /** A fresh engine begins at its genesis, of which `total` blocks will follow at least. */
  reset(total: number): void {
    this.#blocks.clear();
    this.#numbers.clear();
    this.#values = 0;
    this.#oldest = Math.max(1, total - this.#limits.maxBlocks + 1);
    this.#newest = this.#oldest - 1;
    this.#engineFrom = 0;
  }

  /** Everything that is kept, as bytes. */
  save(): Promise<Uint8Array> {
    // Blocks were added in their order and go from the oldest on.
    return encodeSnapshot({ oldest: this.#oldest, blocks: [...this.#blocks.values()] });
  }

  /** The engine begins at block `number`, of whose past `bytes` tells. */
  async restore(number: number, bytes: Uint8Array): Promise<void> {
    const { oldest, blocks } = await decodeSnapshot(bytes);
    this.reset(0);
    // Nothing, or not all of it, was kept: what can be told begins with this block.
    const isWhole = blocks.length === number - oldest + 1;
    this.#oldest = isWhole ? oldest : number + 1;
    this.#newest = number;
    this.#engineFrom = number;
    if (!isWhole) return;
    for (const [index, { hash, before }] of blocks.entries()) {
      this.#blocks.set(oldest + index, { hash, before });
      this.#numbers.set(hash, oldest + index);
      this.#values += countValues(before);
    }
    this.#prune();
  }

  /**
   * Records the engine's newest block. To be awaited before the next one is made: reading a block's
   * changes while another is being made takes many times as long.
   */
  async add(engine: Engine, block: Block): Promise<void> {
    if (block.number <= this.#newest || this.#limits.maxBlocks === 0) return;
    try {
      const before = await readBefore(engine, block);
      this.#blocks.set(block.number, { hash: block.hash, before });
      this.#numbers.set(block.hash, block.number);
      this.#newest = block.number;
      this.#values += countValues(before);
      this.#prune();
    } catch (error) {
      if (error instanceof ChainError) throw error;
      const reason = messageOf(error);
      this.#logger.warn("State history interrupted", { block: block.number, reason });
      this.reset(block.number + this.#limits.maxBlocks);
    }
  }

  /** Values at the end of block `number` that later blocks changed. */
  changedSince(number: number): ValuesBefore {
    const merged = new Map<Hex, AccountBefore>();
    for (let at = number + 1; at <= this.#newest; at++) {
      for (const [address, account] of this.#blocks.get(at)?.before ?? []) {
        const earlier = merged.get(address);
        merged.set(address, earlier === undefined ? account : keepEarlier(earlier, account));
      }
    }
    return merged;
  }

  #prune(): void {
    const { maxBlocks, maxValues } = this.#limits;
    while (this.#newest - this.#oldest >= maxBlocks || this.#values > maxValues) {
      const block = this.#blocks.get(this.#oldest);
      this.#blocks.delete(this.#oldest);
      if (block !== undefined) {
        this.#numbers.delete(block.hash);
        this.#values -= countValues(block.before);
      }
      this.#oldest += 1;
    }
  }
}

// debug_traceBlockByHash would tell the same, but traces each transaction from the block's start.
async function readBefore(engine: Engine, block: Block): Promise<ValuesBefore> {
  if (block.transactions.length === 0) return new Map();
  const params = [quantity(block.number), ["stateDiff"]];
  const traces = await engine.request("trace_replayBlockTransactions", params);
  return valuesBefore((traces as readonly Trace[]).map(({ stateDiff }) => stateDiff));
}

interface Trace {
  readonly stateDiff: StateDelta;
}

function countValues(before: ValuesBefore): number {
  let sum = 0;
  for (const account of before.values()) sum += 1 + account.storage.size;
  return sum;
}
