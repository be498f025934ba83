import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerEvent, RpcBlock } from "@deed/sdk";
import type { Store } from "../../store/store.ts";
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

  constructor(options: LedgerFollowerOptions, parts: LedgerFollowerParts) {
    this.#options = options;
    this.#parts = parts;
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
    const to = Math.min(newest, from + this.#options.chunkBlocks - 1);
    const block = to === head.number ? head : await this.#blockAt(to);
    const events = await ledger.events(from, to);
    const times = await this.#times(events, block);
    if (cursor !== null && to === from) this.#follows(cursor, block);
    await store.write((tables) => this.#write(tables, events, times, block));
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
      applyFact({ ...context, blockTimeSec }, event);
    }
    tables.cursors.put({
      chainId: this.#chainId,
      blockNumber: block.number,
      blockHash: block.hash,
    });
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

  #follows(cursor: { blockNumber: number; blockHash: Hex }, block: RpcBlock): void {
    if (block.number === cursor.blockNumber + 1 && block.parentHash !== cursor.blockHash) {
      throw rewritten(cursor, block.parentHash);
    }
  }
}

function rewritten(cursor: { blockNumber: number; blockHash: Hex }, found: Hex): FollowerError {
  const { blockNumber, blockHash } = cursor;
  return new FollowerError({ code: "LEDGER_REWRITTEN", blockNumber, known: blockHash, found });
}
