import { setTimeout as delay } from "node:timers/promises";
import { type Checkpoint, CheckpointError } from "../checkpoint/checkpoint.ts";
import { ChainError, messageOf } from "../error.ts";
import type { Logger } from "../logger.ts";
import type { Block, Engine, EngineStarter, Genesis } from "./engine.ts";
import { type Replay, type ReplayStart, replay } from "./replay.ts";

const maxRecoveries = 3;
const maxReadAttempts = 3;
const noticeMs = 1000;

/** Where a replay may begin but at the genesis. */
export interface CheckpointSource {
  /** The newest one that fits the journal. */
  find(): Promise<Checkpoint | undefined>;
  /** Puts it into a fresh engine. Throws CheckpointError. */
  restore(engine: Engine, checkpoint: Checkpoint): Promise<ReplayStart>;
  /** Never finds that one again. */
  reject(number: number, reason: unknown): Promise<void>;
}

/** Collaborators of the host. */
export interface EngineHostParts extends Replay {
  readonly starter: EngineStarter;
  readonly checkpoints: CheckpointSource;
  readonly logger: Logger;
  /** Told when a fresh engine begins to replay. */
  readonly onReset: () => void;
  /** Told when the engine is gone though nobody closed it. */
  readonly onLost: () => void;
}

/** Keeps an engine at the journal's head: starts it, notices its death, starts the next. */
export class EngineHost {
  readonly #genesis: Genesis;
  readonly #parts: EngineHostParts;
  #engine: Engine | undefined;
  #ready: Promise<Engine>;
  #markReady: (engine: Engine) => void = () => {};
  #recoveries = 0;
  #closing = false;

  constructor(genesis: Genesis, parts: EngineHostParts) {
    this.#genesis = genesis;
    this.#parts = parts;
    this.#ready = this.#nextReady();
  }

  /** The engine, once it is at the head; waits while one is being started. */
  ready(): Promise<Engine> {
    return this.#ready;
  }

  /** Runs a read, and again on the next engine if one dies under it. */
  async read<T>(action: (engine: Engine) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const engine = await this.ready();
      try {
        return await action(engine);
      } catch (error) {
        const isLost = error instanceof ChainError && error.code === "ENGINE_LOST";
        if (!isLost || attempt === maxReadAttempts) throw error;
        // A connection may fail before the death is known, or without one.
        if (attempt > 1) await Promise.race([engine.lost, delay(noticeMs, "", { ref: false })]);
      }
    }
  }

  /** The running engine; throws ENGINE_LOST when there is none. */
  get engine(): Engine {
    if (this.#engine !== undefined) return this.#engine;
    throw new ChainError({ code: "ENGINE_LOST", reason: "it is not running" });
  }

  get isLost(): boolean {
    return this.#engine === undefined;
  }

  /** Starts an engine and brings it to the journal's head. Throws what the journal or engine refuse. */
  async start(): Promise<Block> {
    const { checkpoints, starter } = this.#parts;
    for (;;) {
      const checkpoint = await checkpoints.find();
      const engine = await starter.start(this.#genesis);
      try {
        this.#parts.onReset();
        const head = await replay(engine, await this.#begin(engine, checkpoint), this.#parts);
        this.#serve(engine);
        return head;
      } catch (error) {
        await engine.close();
        if (checkpoint === undefined || !isUnfit(error)) throw error;
        await checkpoints.reject(checkpoint.head.number, error);
      }
    }
  }

  /** Replaces a lost engine. Throws ENGINE_KEEPS_DYING when that does not help. */
  async recover(cause: ChainError): Promise<Block> {
    await this.#stop();
    let reason = messageOf(cause);
    while (this.#recoveries < maxRecoveries) {
      this.#recoveries += 1;
      this.#parts.logger.warn("Engine lost, replaying the journal", { reason });
      try {
        return await this.start();
      } catch (error) {
        if (!(error instanceof ChainError) || error.code !== "ENGINE_LOST") throw error;
        reason = messageOf(error);
      }
    }
    throw new ChainError({ code: "ENGINE_KEEPS_DYING", attempts: maxRecoveries, reason });
  }

  /** A new block was made: earlier deaths are forgiven. */
  progressed(): void {
    this.#recoveries = 0;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#stop();
  }

  async #begin(engine: Engine, checkpoint: Checkpoint | undefined): Promise<ReplayStart> {
    if (checkpoint !== undefined) return this.#parts.checkpoints.restore(engine, checkpoint);
    return { block: await engine.block(0), mark: undefined };
  }

  #serve(engine: Engine): void {
    this.#engine = engine;
    this.#markReady(engine);
    void engine.lost.then(() => {
      if (this.#engine !== engine || this.#closing) return;
      this.#engine = undefined;
      this.#ready = this.#nextReady();
      this.#parts.onLost();
      // It may have lost only its connection.
      void engine.close();
    });
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    this.#engine = undefined;
    this.#ready = this.#nextReady();
    await engine.close();
  }

  #nextReady(): Promise<Engine> {
    return new Promise((resolve) => {
      this.#markReady = resolve;
    });
  }
}

/** Whether a checkpoint may be to blame: the journal alone then says what is true. */
function isUnfit(error: unknown): boolean {
  if (error instanceof CheckpointError) return true;
  if (!(error instanceof ChainError)) return false;
  // An engine may as well die of what it was given.
  return error.code === "REPLAY_DIVERGED" || error.code === "ENGINE_LOST";
}
