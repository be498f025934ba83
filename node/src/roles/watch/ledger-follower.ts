import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerEvent, RpcBlock } from "@deed/sdk";
import { BlockChunk } from "../../chain-events/block-chunk.ts";
import type { BlockRow, CursorRow } from "../../store/chain-positions.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Tables } from "../../store/tables.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { applyFact } from "./apply-fact.ts";
import type { FactsContext, JudgeIntent } from "./facts-context.ts";
import { type RolledBack, rollBack } from "./roll-back.ts";

export interface LedgerFollowerOptions {
  readonly ownNodeNo: number;
  /** Blocks read at once while catching up. */
  readonly chunkBlocks: number;
}

export interface LedgerFollowerParts {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly judgeIntent: JudgeIntent;
  readonly logger: Logger;
  nowMs(): number;
}

/** What one step of the follower brought. */
export interface Followed {
  /** Newest block whose facts are in the store. */
  readonly block: RpcBlock;
  readonly events: readonly LedgerEvent[];
  /** More blocks are known and not read yet. */
  readonly isBehind: boolean;
}

export type FollowerFailure = {
  readonly code: "LEDGER_REWRITTEN";
  readonly blockNumber: number;
  readonly known: Hex;
  readonly found: Hex;
};

/** How far below the head facts can be taken back; what is older is taken for settled. */
export const UNDO_BLOCKS = 1_000;

/** The endpoint serves another chain than the one that the store was built from: see `rollBack`. */
export class FollowerError extends Error {
  readonly failure: FollowerFailure;
  readonly remedy =
    "if the endpoint is the right one, start the node again: it rolls its store back; if that fails, too, more blocks were replaced than it keeps: move the store away, and it is built anew";

  constructor(failure: FollowerFailure) {
    super(`${failure.code} at block ${failure.blockNumber}`);
    this.name = "FollowerError";
    this.failure = failure;
  }
}

/**
 * Copies ledger facts into the store, in order, each block's facts together with the cursor. It is
 * the only writer of ledger facts; what it writes depends on events alone.
 */
export class LedgerFollower {
  readonly #options: LedgerFollowerOptions;
  readonly #parts: LedgerFollowerParts;
  readonly #chainId: number;
  readonly #chunk: BlockChunk;

  constructor(options: LedgerFollowerOptions, parts: LedgerFollowerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#chunk = new BlockChunk(options.chunkBlocks);
    this.#chainId = parts.ledger.deployment.chainId;
  }

  /** Reads what is final and not read yet. @returns null when there is nothing new. */
  async step(confirmations: number): Promise<Followed | null> {
    const { ledger, store } = this.#parts;
    const head = await ledger.head();
    const cursor = store.read.cursors.get({ chainId: this.#chainId });
    const from = cursor === null ? ledger.deployment.fromBlock : cursor.blockNumber + 1;
    const newest = head.number - confirmations;
    if (newest < from) {
      if (cursor !== null && cursor.blockNumber === head.number) this.#sameChain(cursor, head);
      return null;
    }
    const { to, value: events } = await this.#chunk.read(from, newest, (last) =>
      ledger.events(from, last),
    );
    const block = to === head.number ? head : await this.#blockAt(to);
    const oldest = head.number - UNDO_BLOCKS;
    const blocks = await this.#blocksOf(events, block, oldest);
    if (cursor !== null) await this.#follows(cursor, block);
    // Where the first facts may be rolled back to.
    const base =
      cursor === null && from > Math.max(0, oldest) ? await this.#blockAt(from - 1) : null;
    await store.writeDerived((tables) => {
      if (base !== null) this.#putSeam(tables, base);
      this.#write(tables, events, { blocks, last: block, oldest });
    });
    return { block, events, isBehind: to < newest };
  }

  /**
   * Takes the store back to the newest block that the ledger still has; the next steps read what came
   * instead. To be done before the node's other roles run. Errors: RpcError; FollowerError when the
   * ledger has replaced more than was kept, so that the store has to be built anew.
   */
  async rollBack(): Promise<void> {
    const { store, logger } = this.#parts;
    const chainId = this.#chainId;
    const cursor = store.read.cursors.get({ chainId });
    if (cursor === null) return;
    const seam = await this.#seam(cursor);
    const { changes, executions } = await store.write((tables): RolledBack => {
      const undone = rollBack(tables, seam);
      tables.blocks.deleteAbove(chainId, seam.number);
      tables.cursors.put({ chainId, blockNumber: seam.number, blockHash: seam.hash });
      return undone;
    });
    const [from, to] = [cursor.blockNumber, seam.number];
    logger.warn("Ledger reorganised, store rolled back", { from, to, changes, executions });
  }

  async #seam(cursor: CursorRow): Promise<BlockRow> {
    const { ledger, store } = this.#parts;
    let found = cursor.blockHash;
    for (const row of store.read.blocks.newestFirst(this.#chainId)) {
      // The new chain may be shorter than the old one.
      const block = await ledger.block(row.number);
      if (block?.hash === row.hash) return row;
      found = block?.hash ?? found;
    }
    throw rewritten(cursor, found);
  }

  #write(
    tables: Tables,
    events: readonly LedgerEvent[],
    { blocks, last, oldest }: ReadBlocks,
  ): void {
    const { ledger, judgeIntent, nowMs } = this.#parts;
    const context: Omit<FactsContext, "blockTimeSec"> = {
      tables,
      chainId: this.#chainId,
      executions: ledger.deployment.executions,
      ownNodeNo: this.#options.ownNodeNo,
      nowMs: nowMs(),
      judgeIntent,
    };
    for (const event of events) {
      const { blockNumber } = event.place;
      const blockTimeSec = (blocks.get(blockNumber) ?? last).timestampSec;
      const apply = (): void => this.#apply({ ...context, blockTimeSec }, event);
      if (blockNumber < oldest) apply();
      else tables.undo.updateRecording(blockNumber, apply);
    }
    for (const block of [...blocks.values(), last]) {
      if (block.number >= oldest) this.#putSeam(tables, block);
    }
    const { number: blockNumber, hash: blockHash } = last;
    tables.cursors.put({ chainId: this.#chainId, blockNumber, blockHash });
    tables.blocks.deleteBelow(this.#chainId, oldest);
    tables.undo.deleteBelow(oldest);
  }

  #putSeam(tables: Tables, { number, hash }: RpcBlock): void {
    tables.blocks.put({ chainId: this.#chainId, number, hash });
  }

  /** No single event may stop the ledger's: one that makes no sense is left out, on every node alike. */
  #apply(context: FactsContext, event: LedgerEvent): void {
    const { logger } = this.#parts;
    const { name, place } = event;
    if (name === "Unreadable") {
      logger.error("Ledger event left out", { code: "FACT_UNREADABLE", topic: event.topic, place });
      return;
    }
    try {
      context.tables.undo.updateWhole(() => applyFact(context, event));
    } catch (error) {
      if (error instanceof StoreError && error.failure.code !== "STORE_BAD_VALUE") throw error;
      logger.error("Ledger event left out", { code: "FACT_SKIPPED", name, place, error });
    }
  }

  async #blockAt(number: number): Promise<RpcBlock> {
    const block = await this.#parts.ledger.block(number);
    if (block === null) throw new RangeError(`block ${number} below the head is not there`);
    return block;
  }

  /**
   * The blocks of events whose time or hash matters: events depend on it, or the ledger may still
   * replace them. Throws when it did while they were read.
   */
  async #blocksOf(
    events: readonly LedgerEvent[],
    last: RpcBlock,
    oldest: number,
  ): Promise<ReadonlyMap<number, RpcBlock>> {
    const recent = events.filter(({ place }) => place.blockNumber >= oldest);
    const timed = events.filter(({ name }) => name === "Registered" || name === "RoundClosed");
    const numbers = new Set([...recent, ...timed].map(({ place }) => place.blockNumber));
    numbers.delete(last.number);
    const found = await Promise.all([...numbers].map((number) => this.#blockAt(number)));
    const blocks = new Map(found.map((block) => [block.number, block]));
    const isOne = recent.every(({ place }) => {
      const { blockNumber, blockHash } = place;
      return (blockNumber === last.number ? last : blocks.get(blockNumber))?.hash === blockHash;
    });
    // Between two looks at one block its ancestors were the same, too.
    const isSteady = blocks.size === 0 || (await this.#blockAt(last.number)).hash === last.hash;
    if (isOne && isSteady) return blocks;
    throw new RangeError(`block ${last.number} or one before it changed while it was read`);
  }

  #sameChain(cursor: { blockNumber: number; blockHash: Hex }, head: RpcBlock): void {
    if (cursor.blockHash !== head.hash) throw rewritten(cursor, head.hash);
  }

  /** The new blocks must lie on the newest one that is known, also after a long absence. */
  async #follows(cursor: { blockNumber: number; blockHash: Hex }, block: RpcBlock): Promise<void> {
    const isNext = block.number === cursor.blockNumber + 1;
    const found = isNext ? block.parentHash : (await this.#blockAt(cursor.blockNumber)).hash;
    if (found !== cursor.blockHash) throw rewritten(cursor, found);
  }
}

interface ReadBlocks {
  /** Of events, by number. */
  readonly blocks: ReadonlyMap<number, RpcBlock>;
  readonly last: RpcBlock;
  /** From here on facts can be taken back. */
  readonly oldest: number;
}

function rewritten(cursor: { blockNumber: number; blockHash: Hex }, found: Hex): FollowerError {
  const { blockNumber, blockHash } = cursor;
  return new FollowerError({ code: "LEDGER_REWRITTEN", blockNumber, known: blockHash, found });
}
