import type { Clock } from "../clock.ts";
import type { Block, Engine, EngineStarter, Genesis } from "../engine/engine.ts";
import type { CheckpointSource } from "../engine/engine-host.ts";
import type { ReplayStart } from "../engine/replay.ts";
import { messageOf } from "../error.ts";
import { type Hex, toHex } from "../hex.ts";
import type { StateHistory } from "../history.ts";
import type { Journal, JournalMark } from "../journal/journal.ts";
import type { Logger } from "../logger.ts";
import type { Keccak } from "../transaction/keccak.ts";
import { type Checkpoint, CheckpointError, type CheckpointHead } from "./checkpoint.ts";
import type { CheckpointStore } from "./checkpoint-store.ts";
import { withEngineBeside } from "./engine-beside.ts";
import { checkAgainstJournal, restoreCheckpoint } from "./restore-checkpoint.ts";

export interface CheckpointOptions {
  /** Blocks between two checkpoints, at least; 0 for none at all. */
  readonly everyBlocks: number;
  /** Blocks that make one worth while at the end. */
  readonly atCloseBlocks: number;
  /** None is made of a longer journal: engines need some fifty times as much memory to save and load it. */
  readonly maxJournalBytes: number;
  /** The first start uses none. */
  readonly replayAll: boolean;
}

/** Collaborators of the checkpoints. */
export interface CheckpointParts {
  readonly store: CheckpointStore;
  readonly journal: Journal;
  readonly history: StateHistory;
  readonly keccak: Keccak;
  /** Of the engine that brings itself to a block while the chain's goes on. */
  readonly starter: EngineStarter;
  readonly genesis: Genesis;
  readonly clock: Clock;
  readonly logger: Logger;
}

// Writing one costs as much as the chain is long: this bounds the sum to ten times the last.
const shareOfChain = 10;

/**
 * Makes checkpoints and puts them back. Nothing here can end the chain: the journal has everything. While the chain
 * runs they are made on an engine beside its own, since an engine makes no block while it is being saved.
 */
export class Checkpoints implements CheckpointSource {
  readonly #options: CheckpointOptions;
  readonly #parts: CheckpointParts;
  /** Of the newest one written or loaded. */
  #newest = 0;
  /** Of the newest one begun: after a failure the next is due an interval later, not at the next block. */
  #begun = 0;
  #replayAll: boolean;
  #building: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(options: CheckpointOptions, parts: CheckpointParts) {
    this.#options = options;
    this.#parts = parts;
    this.#replayAll = options.replayAll;
  }

  /** The newest checkpoint that fits the journal; what does not is removed. */
  find(): Promise<Checkpoint | undefined> {
    const isWanted = this.#options.everyBlocks > 0 && !this.#replayAll;
    this.#replayAll = false;
    return isWanted ? this.#find() : Promise.resolve(undefined);
  }

  /** Puts a checkpoint into a fresh engine, and its past into the history. Throws CheckpointError. */
  async restore(engine: Engine, checkpoint: Checkpoint): Promise<ReplayStart> {
    const { journal, history, keccak, logger, clock } = this.#parts;
    const startedMs = clock.nowMs();
    const block = await restoreCheckpoint(engine, checkpoint, keccak);
    await history.restore(block.number, checkpoint.history).catch((error: unknown) => {
      const reason = `its history cannot be read: ${messageOf(error)}`;
      throw new CheckpointError(reason, { cause: error });
    });
    this.#newest = block.number;
    const tookMs = clock.nowMs() - startedMs;
    logger.info("Checkpoint loaded", { block: block.number, of: journal.blocks, tookMs });
    return { block, mark: journal.mark(block.number) };
  }

  /** Says why a checkpoint is not used, and removes it. */
  async reject(number: number, reason: unknown): Promise<void> {
    const { store, logger } = this.#parts;
    logger.warn("Checkpoint not used, replaying what it held", {
      path: store.path(number),
      reason: messageOf(reason),
    });
    await store.remove(number).catch((error: unknown) => {
      logger.warn("Checkpoint not removed", { reason: messageOf(error) });
    });
  }

  /** The chain is at its head and nobody waits yet: one is written if much had to be replayed. */
  async started(engine: Engine, block: Block): Promise<void> {
    if (this.#isDue(block)) await this.#takeFrom(engine, block);
  }

  /** Begins to make one if it is time. To be awaited before the next block is made. */
  async blockMade(block: Block): Promise<void> {
    if (this.#building !== undefined || !this.#isDue(block)) return;
    const mark = await this.#markOf(block);
    if (mark === undefined) return;
    // As it is at this block.
    const history = this.#parts.history.save();
    history.catch(() => undefined);
    this.#building = this.#attempt(mark, () => this.#build(mark, history)).finally(() => {
      this.#building = undefined;
    });
  }

  /** Ends what is under way; writes one if the next start would have much to replay and there is an engine. */
  async close(engine: Engine | undefined, block: Block): Promise<void> {
    this.#stop.abort();
    await this.#building;
    const { everyBlocks, atCloseBlocks } = this.#options;
    const isWorthWhile = block.number - this.#newest >= atCloseBlocks;
    if (engine !== undefined && everyBlocks > 0 && isWorthWhile) {
      await this.#takeFrom(engine, block);
    }
  }

  #isDue({ number }: Block): boolean {
    const { everyBlocks } = this.#options;
    const due = Math.max(everyBlocks, Math.floor(number / shareOfChain));
    return everyBlocks > 0 && number - Math.max(this.#newest, this.#begun) >= due;
  }

  /** Undefined without its seal, when a block is not the journal's newest yet, and when there is too much before it. */
  async #markOf({ number, hash }: Block): Promise<JournalMark | undefined> {
    const { journal, logger } = this.#parts;
    const mark = await journal.markNewest();
    if (mark === undefined || toHex(mark.hash) !== hash) return undefined;
    const { offset } = mark.position;
    const { maxJournalBytes } = this.#options;
    if (offset <= maxJournalBytes) return mark;
    this.#begun = number;
    const reason = `the journal has ${offset} bytes, of which no more than ${maxJournalBytes} fit into memory`;
    logger.warn("Checkpoint not written", { block: number, reason });
    return undefined;
  }

  /** Writes what the chain's own engine holds: no block is made meanwhile. */
  async #takeFrom(engine: Engine, block: Block): Promise<void> {
    const mark = await this.#markOf(block);
    if (mark === undefined) return;
    await this.#attempt(mark, async () => {
      await this.#write(engine, block, mark, this.#parts.history.save());
    });
  }

  /** Writes what an engine beside the chain's holds at the mark. */
  async #build(mark: JournalMark, history: Promise<Uint8Array>): Promise<void> {
    const from = await this.#find();
    const where = { from, until: mark, signal: this.#stop.signal };
    try {
      await withEngineBeside(where, this.#parts, (engine, block) =>
        this.#write(engine, block, mark, history),
      );
    } catch (error) {
      const isUnfit = error instanceof CheckpointError;
      if (from !== undefined && isUnfit) await this.reject(from.head.number, error);
      throw error;
    }
  }

  async #attempt(mark: JournalMark, action: () => Promise<void>): Promise<void> {
    this.#begun = mark.number;
    try {
      await action();
    } catch (error) {
      if (this.#stop.signal.aborted && this.#building !== undefined) return;
      const reason = messageOf(error);
      this.#parts.logger.warn("Checkpoint not written", { block: mark.number, reason });
    }
  }

  async #write(
    engine: Engine,
    block: Block,
    mark: JournalMark,
    history: Promise<Uint8Array>,
  ): Promise<void> {
    const { store, clock, logger } = this.#parts;
    const startedMs = clock.nowMs();
    const head = await this.#headOf(engine, block, mark);
    const engineState = await engine.saveState();
    const checkpoint = { head, engineState, history: await history };
    const bytes = await store.inTurn(() => store.write(checkpoint));
    this.#newest = block.number;
    const tookMs = clock.nowMs() - startedMs;
    logger.info("Checkpoint written", { block: block.number, bytes, tookMs });
  }

  #find(): Promise<Checkpoint | undefined> {
    const { store, journal } = this.#parts;
    return store.inTurn(async () => {
      for (const number of await store.numbers()) {
        try {
          const checkpoint = await store.read(number);
          if (checkpoint.head.number !== number) throw new CheckpointError("it has another's name");
          checkAgainstJournal(checkpoint, journal.header, journal.mark(number));
          return checkpoint;
        } catch (error) {
          await this.reject(number, error);
        }
      }
      return undefined;
    });
  }

  async #headOf(engine: Engine, block: Block, mark: JournalMark): Promise<CheckpointHead> {
    const { journal, keccak } = this.#parts;
    const { chainId, engine: name, rules } = journal.header;
    return {
      chainId,
      engine: name,
      rules,
      number: block.number,
      hash: block.hash,
      stateRoot: block.header["stateRoot"] as Hex,
      genesisHash: (await engine.block(0)).hash,
      recentHashes: toHex(keccak(await engine.recentHashes())),
      journal: mark.position,
    };
  }
}
