import { Alarm } from "./alarm.ts";
import type { Clock } from "./clock.ts";
import type { Block } from "./engine/engine.ts";
import type { EngineHost } from "./engine/engine-host.ts";
import { type SealedGroup, sealGroup } from "./engine/replay.ts";
import { ChainError, messageOf } from "./error.ts";
import type { Hex } from "./hex.ts";
import type { Journal } from "./journal/journal.ts";
import type { Logger } from "./logger.ts";
import { NonceBook } from "./nonce-book.ts";
import type { Entry, Pool } from "./pool.ts";
import { delegationType, type Transaction } from "./transaction/transaction.ts";
import type { Head, Target, Waiters } from "./waiters.ts";

/** Collaborators of the sequencer. */
export interface SequencerParts {
  readonly journal: Journal;
  readonly host: EngineHost;
  readonly pool: Pool;
  readonly waiters: Waiters;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each new block after its senders were; the next block waits for it. */
  readonly onBlock: (block: Block) => Promise<void>;
}

/**
 * One loop that turns waiting transactions into blocks: admit, journal, make, note the hash,
 * acknowledge. Whatever arrives meanwhile is the next block.
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #alarm: Alarm;
  readonly #nonces = new NonceBook();
  #head: Block;
  /** Entries whose group is in the journal and whose block is not yet known. */
  #flight: Entry[] = [];
  #closing = false;
  #loop: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};
  /** Resolves when the chain cannot go on. */
  readonly failed: Promise<unknown>;

  constructor(head: Block, parts: SequencerParts) {
    this.#head = head;
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  get head(): Block {
    return this.#head;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves with the hash once the transaction is final; throws ChainError when it cannot be. */
  submit(transaction: Transaction): Promise<Hex> {
    if (this.#closing) return Promise.reject(new ChainError({ code: "CLOSING" }));
    const entry = this.#parts.pool.add(transaction, this.#parts.clock.nowMs());
    this.#alarm.wake();
    return entry.done;
  }

  /** Resolves with the first head that reaches the target, making empty blocks when need be. */
  waitUntil(target: Target, signal?: AbortSignal): Promise<Head> {
    if (this.#closing) return Promise.reject(new ChainError({ code: "CLOSING" }));
    const waiting = this.#parts.waiters.wait(target, this.#head, signal);
    this.#alarm.wake();
    return waiting;
  }

  /** Asks for a block every second until the returned function is called. */
  tick(): () => void {
    const release = this.#parts.waiters.tick();
    this.#alarm.wake();
    return () => {
      release();
      this.#alarm.wake();
    };
  }

  /** The engine is gone: the loop replaces it. */
  engineLost(): void {
    this.#alarm.wake();
  }

  /** Finishes the block being made and refuses what waits. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#alarm.wake();
    await this.#loop;
    this.#refuseAll(new ChainError({ code: "CLOSING" }));
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      try {
        if (!(await this.#step())) await this.#alarm.sleep(this.#nextDueMs());
      } catch (error) {
        if (await this.#survive(error)) continue;
        this.#closing = true;
      }
    }
  }

  async #survive(error: unknown): Promise<boolean> {
    try {
      if (!(error instanceof ChainError) || error.code !== "ENGINE_LOST") throw error;
      await this.#recover(error);
      return true;
    } catch (fatal) {
      this.#parts.logger.error("Chain stopped", { reason: messageOf(fatal) });
      const asChainError = fatal instanceof ChainError ? fatal : undefined;
      this.#refuseAll(asChainError ?? new ChainError({ code: "CLOSING" }));
      this.#fail(fatal);
      return false;
    }
  }

  /** Makes a block if there is a reason; tells whether it did. */
  async #step(): Promise<boolean> {
    this.#alarm.rearm();
    const { pool, host, clock, waiters } = this.#parts;
    const { engine } = host;
    if (pool.size > 0) await this.#nonces.learn(engine, pool.senders());
    const { group, stale } = pool.select(this.#nonces.known, clock.nowMs());
    const emptyDueMs = waiters.nextDueMs(this.#head);
    const isEmptyDue = emptyDueMs !== undefined && emptyDueMs <= clock.nowMs();
    if (group.length + stale.length === 0 && !isEmptyDue) return false;
    let admitted: Entry[] = [];
    try {
      for (const { entry, expected } of stale) await this.#settleStale(entry, expected);
      admitted = await this.#admit(group);
    } finally {
      // What the engine's death interrupted, and what builds on a refused one, is judged again.
      const taken = [...stale.map(({ entry }) => entry), ...group];
      pool.putBack(taken.filter((entry) => pool.isOpen(entry) && !admitted.includes(entry)));
    }
    if (admitted.length > 0 || isEmptyDue) await this.#makeBlock(admitted);
    return true;
  }

  /** Offers entries to the engine; what it refuses leaves, and what builds on that is held. */
  async #admit(group: readonly Entry[]): Promise<Entry[]> {
    const admitted: Entry[] = [];
    const refused = new Set<Hex>();
    for (const entry of group) {
      const { raw, hash, sender } = entry.transaction;
      // The engine would queue a transaction with a gap before it for ever.
      if (refused.has(sender)) continue;
      const admission = await this.#parts.host.engine.admit(raw);
      if (admission.kind === "admitted") admitted.push(entry);
      else {
        refused.add(sender);
        entry.refuse({ code: "TRANSACTION_REFUSED", hash, reason: admission.reason });
      }
    }
    return admitted;
  }

  async #makeBlock(entries: Entry[]): Promise<void> {
    const { journal, host, clock } = this.#parts;
    const number = this.#head.number + 1;
    // Blocks of one second share its time, so that the chain never runs ahead of the clock.
    const timestampSec = Math.max(this.#head.timestampSec, Math.floor(clock.nowMs() / 1000));
    const transactions = entries.map((entry) => entry.transaction.raw);
    const group = { kind: "group", number, timestampSec, transactions } as const;
    this.#flight = entries;
    await journal.appendGroup(group);
    const hashes = entries.map((entry) => entry.transaction.hash);
    const sealed = await sealGroup(host.engine, group, hashes, this.#head);
    const hash = Buffer.from(sealed.block.hash.slice(2), "hex");
    await journal.appendSeal({ kind: "seal", number, hash, excluded: sealed.excluded });
    host.progressed();
    await this.#publish(sealed);
  }

  async #publish({ block, excluded }: SealedGroup): Promise<void> {
    const entries = this.#flight;
    this.#flight = [];
    this.#head = block;
    const left = new Set(excluded);
    entries.forEach((entry, place) => {
      const { hash } = entry.transaction;
      this.#nonces.executed(entry.transaction, !left.has(place));
      if (left.has(place)) {
        entry.refuse({ code: "TRANSACTION_NOT_INCLUDED", hash, block: block.number });
      } else entry.accept();
    });
    if (entries.some((entry) => entry.transaction.type === delegationType)) this.#nonces.clear();
    this.#parts.waiters.settle(block);
    await this.#parts.onBlock(block);
  }

  /** A used nonce: fine if it was used by this very transaction. */
  async #settleStale(entry: Entry, expected: number): Promise<void> {
    const { hash, sender, nonce: actual } = entry.transaction;
    const found = await this.#parts.host.engine.request("eth_getTransactionByHash", [hash]);
    if (found !== null) entry.accept();
    else entry.refuse({ code: "NONCE_TOO_LOW", sender, expected, actual });
  }

  async #recover(cause: ChainError): Promise<void> {
    const { host, journal } = this.#parts;
    this.#nonces.clear();
    if (journal.blocks === this.#head.number) {
      // The group never reached the journal: it is tried again.
      this.#parts.pool.putBack(this.#flight);
      this.#flight = [];
    }
    const head = await host.recover(cause);
    if (head.number > this.#head.number) {
      const included = new Set(head.transactions);
      const excluded = this.#flight.flatMap((entry, place) =>
        included.has(entry.transaction.hash) ? [] : [place],
      );
      await this.#publish({ block: head, excluded });
    }
  }

  #nextDueMs(): number | undefined {
    const due = [this.#parts.waiters.nextDueMs(this.#head), this.#parts.pool.nextDueMs()];
    const known = due.filter((ms) => ms !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #refuseAll(error: ChainError): void {
    this.#parts.pool.refuseAll(error.failure);
    this.#parts.waiters.rejectAll(error);
  }
}
