import type { Block, Engine, EngineStarter, Genesis } from "../engine/engine.ts";
import { type ReplayStart, replay } from "../engine/replay.ts";
import { toHex } from "../hex.ts";
import type { Journal, JournalMark } from "../journal/journal.ts";
import type { Keccak } from "../transaction/keccak.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { restoreCheckpoint } from "./restore-checkpoint.ts";

/** Collaborators of an engine beside the chain's. */
export interface EngineBesideParts {
  readonly starter: EngineStarter;
  readonly genesis: Genesis;
  readonly journal: Journal;
  readonly keccak: Keccak;
}

/** Where an engine is to be, from where, and until when. */
export interface EngineBesideOptions {
  /** Undefined for the genesis. */
  readonly from: Checkpoint | undefined;
  readonly until: JournalMark;
  /** Ends the engine, and with it the promise. */
  readonly signal: AbortSignal;
}

/**
 * Acts on an engine that has replayed the journal up to a block, while the chain's goes on. Throws CheckpointError
 * when what it began with does not fit, ChainError, or what the action throws.
 */
export async function withEngineBeside<T>(
  { from, until, signal }: EngineBesideOptions,
  parts: EngineBesideParts,
  action: (engine: Engine, block: Block) => Promise<T>,
): Promise<T> {
  const { starter, genesis, journal, keccak } = parts;
  const engine = await starter.start(genesis);
  const stop = (): void => void engine.close();
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    const start = await begin(engine, from, parts);
    const block = await replay(engine, start, {
      journal,
      until,
      hashOf: (raw) => toHex(keccak(raw)),
      onBlock: async () => signal.throwIfAborted(),
    });
    return await action(engine, block);
  } finally {
    signal.removeEventListener("abort", stop);
    await engine.close();
  }
}

async function begin(
  engine: Engine,
  from: Checkpoint | undefined,
  { journal, keccak }: EngineBesideParts,
): Promise<ReplayStart> {
  if (from === undefined) return { block: await engine.block(0), mark: undefined };
  const block = await restoreCheckpoint(engine, from, keccak);
  return { block, mark: journal.mark(block.number) };
}
