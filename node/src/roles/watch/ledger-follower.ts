import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerEvent, RpcBlock } from "@deed/sdk";
import { BlockChunk } from "../../chain-events/block-chunk.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Tables } from "../../store/tables.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { applyFact } from "./apply-fact.ts";
import type { FactsContext, JudgeIntent } from "./facts-context.ts";

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

/** The endpoint serves another chain than the one that the store was built from. */
export class FollowerError extends Error {
  readonly failure: FollowerFailure;

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
    const times = await this.#times(events, block);
    if (cursor !== null) await this.#follows(cursor, block);
    await store.writeDerived((tables) => this.#write(tables, events, times, block));
    return { block, events, isBehind: to < newest };
  }

  #write(
    tables: Tables,
    events: readonly LedgerEvent[],
    times: ReadonlyMap<number, number>,
    block: RpcBlock,
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
      const blockTimeSec = times.get(event.place.blockNumber) ?? block.timestampSec;
      this.#apply({ ...context, blockTimeSec }, event);
    }
    tables.cursors.put({
      chainId: this.#chainId,
      blockNumber: block.number,
      blockHash: block.hash,
    });
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
      applyFact(context, event);
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

  /** Times of the blocks whose events depend on them. */
  async #times(
    events: readonly LedgerEvent[],
    last: RpcBlock,
  ): Promise<ReadonlyMap<number, number>> {
    const numbers = new Set(
      events
        .filter((event) => event.name === "Registered" || event.name === "RoundClosed")
        .map((event) => event.place.blockNumber),
    );
    numbers.delete(last.number);
    const blocks = await Promise.all([...numbers].map((number) => this.#blockAt(number)));
    return new Map(blocks.map((block) => [block.number, block.timestampSec]));
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

function rewritten(cursor: { blockNumber: number; blockHash: Hex }, found: Hex): FollowerError {
  const { blockNumber, blockHash } = cursor;
  return new FollowerError({ code: "LEDGER_REWRITTEN", blockNumber, known: blockHash, found });
}
