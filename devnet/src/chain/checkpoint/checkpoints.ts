import type { Clock } from "../clock.ts";
import type { Block, Engine } from "../engine/engine.ts";
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
import { checkAgainstJournal, restoreCheckpoint } from "./restore-checkpoint.ts";

export interface CheckpointOptions {
  /** Blocks between two checkpoints, at least; 0 for none at all. */
  readonly everyBlocks: number;
  /** Blocks that make one worth while at the end. */
  readonly atCloseBlocks: number;
  /** The first start uses none. */
  readonly replayAll: boolean;
}

/** Collaborators of the checkpoints. */
export interface CheckpointParts {
  readonly store: CheckpointStore;
  readonly journal: Journal;
  readonly history: StateHistory;
  readonly keccak: Keccak;
  readonly clock: Clock;
  readonly logger: Logger;
}

// Writing one costs as much as the chain is long: this bounds the sum to ten times the last.
const shareOfChain = 10;

/** Takes checkpoints and puts them back. Nothing here can end the chain: the journal has everything. */
export class Checkpoints implements CheckpointSource {
  readonly #options: CheckpointOptions;
  readonly #parts: CheckpointParts;
  #newest = 0;
  #replayAll: boolean;

  constructor(options: CheckpointOptions, parts: CheckpointParts) {
    this.#options = options;
    this.#parts = parts;
    this.#replayAll = options.replayAll;
  }

  /** The newest checkpoint that fits the journal; what does not is removed. */
  async find(): Promise<Checkpoint | undefined> {
    const { store, journal } = this.#parts;
    if (this.#replayAll) {
      this.#replayAll = false;
      return undefined;
    }
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
  }

  /** Puts a checkpoint into a fresh engine. Throws CheckpointError. */
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

  /** Takes one if it is time. To be awaited before the next block is made. */
  async blockMade(engine: Engine, block: Block): Promise<void> {
    const { everyBlocks } = this.#options;
    const due = Math.max(everyBlocks, Math.floor(block.number / shareOfChain));
    if (everyBlocks > 0 && block.number - this.#newest >= due) await this.#take(engine, block);
  }

  /** Takes one if the next start would have much to replay. */
  async closing(engine: Engine, block: Block): Promise<void> {
    const { everyBlocks, atCloseBlocks } = this.#options;
    const isWorthWhile = block.number - this.#newest >= atCloseBlocks;
    if (everyBlocks > 0 && isWorthWhile) await this.#take(engine, block);
  }

  async #take(engine: Engine, block: Block): Promise<void> {
    const { journal, store, history, clock, logger } = this.#parts;
    const startedMs = clock.nowMs();
    try {
      const mark = await journal.markNewest();
      // Without its seal the block is not the journal's newest yet.
      if (mark === undefined || toHex(mark.hash) !== block.hash) return;
      const head = await this.#headOf(engine, block, mark);
      const engineState = await engine.saveState();
      const bytes = await store.write({ head, engineState, history: await history.save() });
      const tookMs = clock.nowMs() - startedMs;
      logger.info("Checkpoint written", { block: block.number, bytes, tookMs });
    } catch (error) {
      logger.warn("Checkpoint not written", { block: block.number, reason: messageOf(error) });
    }
    // Also after a failure: it is tried again at the next interval, not at each block.
    this.#newest = block.number;
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
