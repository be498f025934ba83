import { totalmem } from "node:os";
import { join } from "node:path";
import { CheckpointStore } from "./checkpoint/checkpoint-store.ts";
import { Checkpoints } from "./checkpoint/checkpoints.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { DurableFiles } from "./durable-files.ts";
import { anvilStarter, blockGasLimit } from "./engine/anvil.ts";
import type { Block, EngineStarter, Genesis } from "./engine/engine.ts";
import { EngineHost } from "./engine/engine-host.ts";
import { toHex } from "./hex.ts";
import { StateHistory } from "./history.ts";
import type { Journal } from "./journal/journal.ts";
import { lockDirectory } from "./lock.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { type ChainWishes, openChainJournal } from "./open-chain-journal.ts";
import { Pool } from "./pool.ts";
import { Dispatcher } from "./rpc/dispatcher.ts";
import { BlockFeed } from "./rpc/feed.ts";
import { ReadProxy } from "./rpc/proxy.ts";
import { ReadMemo } from "./rpc/read-memo.ts";
import { startServer } from "./rpc/server.ts";
import { Sequencer } from "./sequencer.ts";
import { type Keccak, loadKeccak } from "./transaction/keccak.ts";
import { Waiters } from "./waiters.ts";

/** How an embedded chain is to be; what the journal holds already must agree. */
export interface ChainOptions extends ChainWishes {
  /** Holds the journal; made when missing. */
  readonly directory: string;
  /** Port of both HTTP and WebSocket; any free one by default. */
  readonly port?: number;
  readonly maxQueued?: number;
  /** How long a transaction waits for the one before it; then it is refused. */
  readonly gapGraceMs?: number;
  /** Blocks whose state can be read. */
  readonly stateBlocks?: number;
  /** Blocks between two checkpoints, at least; 0 for none, and none is used. 1,000 by default. */
  readonly checkpointBlocks?: number;
  /** No checkpoint is made of a longer journal; by default a 200th of the memory, 128 MiB at most. */
  readonly checkpointJournalBytes?: number;
  /** Replays the whole journal at the start, whatever checkpoints there are. */
  readonly verifyJournal?: boolean;
}

/** Collaborators of a chain. */
export interface ChainCollaborators {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly starter?: EngineStarter;
  /** Of the engine that makes checkpoints beside the chain's. */
  readonly checkpointStarter?: EngineStarter;
  /** How checkpoints are written. */
  readonly files?: DurableFiles;
  /** Told of each block replayed at the start, of how many. */
  readonly onProgress?: (replayed: number, total: number) => void;
}

/** A running chain. */
export interface Chain {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly port: number;
  readonly chainId: number;
  /** The process that executes; another one after it was replaced. */
  engineProcessId(): number | undefined;
  /** Resolves with the reason if the chain cannot go on; it is closed then. */
  readonly failed: Promise<unknown>;
  close(): Promise<void>;
}

const megabyte = 1024 * 1024;
// An engine that loads a checkpoint takes some fifty times its journal: a quarter of the memory at most. And the
// checkpoint, about twice its journal, is a text in hex on its way, of which there is none beyond 512 MiB.
const partOfMemory = 200;
const maxCheckpointJournalBytes = 128 * megabyte;
// What transaction pools of other nodes take, so that nothing works here that fails there.
const maxTransactionBytes = 128 * 1024;

/** Starts the chain of a directory, new or as it was. Throws ChainError. */
export async function startChain(
  options: ChainOptions,
  collaborators: ChainCollaborators = {},
): Promise<Chain> {
  const { clock = systemClock, logger = silentLogger } = collaborators;
  const starter = collaborators.starter ?? anvilStarter(join(options.directory, "anvil"));
  const cleanup: (() => Promise<void> | void)[] = [];
  const close = once(async () => {
    for (const step of cleanup.reverse()) await step();
  });
  try {
    const lock = await lockDirectory(options.directory);
    cleanup.push(() => lock.release());
    const path = join(options.directory, "journal");
    const store = new CheckpointStore(options.directory, collaborators.files);
    const marked = new Set(await store.numbers());
    const journal = await openChainJournal(path, options, starter, clock.nowMs(), marked);
    cleanup.push(() => journal.close());
    const keccak = await loadKeccak();
    const checkpointStarter =
      collaborators.checkpointStarter ??
      anvilStarter(join(options.directory, "anvil-checkpoint"), "low");
    const parts = { ...collaborators, clock, logger, starter, journal, store, keccak };
    return await assemble(options, { ...parts, checkpointStarter }, cleanup, close);
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly starter: EngineStarter;
  readonly checkpointStarter: EngineStarter;
  readonly journal: Journal;
  readonly store: CheckpointStore;
  readonly keccak: Keccak;
  readonly onProgress?: (replayed: number, total: number) => void;
}

async function assemble(
  options: ChainOptions,
  parts: Parts,
  cleanup: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Chain> {
  const { clock, logger, journal, keccak } = parts;
  const { chainId } = journal.header;
  const limits = { maxBlocks: options.stateBlocks ?? 10_000, maxValues: 500_000 };
  const history = new StateHistory(limits, logger);
  const checkpoints = new Checkpoints(checkpointOptions(options), {
    ...{ ...parts, history },
    starter: parts.checkpointStarter,
    genesis: genesisOf(journal),
  });
  const pool = new Pool(poolLimits(options));
  const waiters = new Waiters();
  let sequencer: Sequencer | undefined;
  const host = newHost({ ...parts, history, checkpoints }, () => sequencer?.engineLost());
  cleanup.push(() => host.close());
  const feed = new BlockFeed(host, logger);
  const proxy = new ReadProxy(host);
  cleanup.push(() => proxy.close());
  const memo = new ReadMemo((call) => proxy.forward(call));
  const onBlock = async (block: Block): Promise<void> => {
    // Before anybody learns of the block: who does must not be told of the one before.
    memo.clear();
    feed.publish(block);
    await history.add(host.engine, block);
    await checkpoints.blockMade(block);
  };
  const head = await host.start();
  await checkpoints.started(host.engine, head);
  sequencer = new Sequencer(head, {
    ...{ journal, host, pool, waiters, clock, logger, onBlock },
  });
  sequencer.start();
  const running = sequencer;
  cleanup.push(() => checkpoints.close(host.isLost ? undefined : host.engine, running.head));
  cleanup.push(() => running.close());
  const rules = { chainId, maxTransactionBytes, blockGasLimit };
  const dispatcher = new Dispatcher(rules, {
    ...{ sequencer, pool, host, history, memo, keccak },
  });
  const server = await startServer(
    { port: options.port ?? 0, maxRequestBytes: 8 * megabyte },
    { dispatcher, feed, tick: () => running.tick(), logger },
  );
  cleanup.push(() => server.close());
  return {
    rpcUrl: `http://127.0.0.1:${server.port}`,
    wsUrl: `ws://127.0.0.1:${server.port}`,
    port: server.port,
    chainId,
    engineProcessId: () => (host.isLost ? undefined : host.engine.processId),
    failed: running.failed.then(async (reason) => {
      await close();
      return reason;
    }),
    close,
  };
}

interface HostParts extends Parts {
  readonly history: StateHistory;
  readonly checkpoints: Checkpoints;
}

function newHost(parts: HostParts, onLost: () => void): EngineHost {
  const { journal, history, checkpoints, keccak, starter, logger, onProgress } = parts;
  return new EngineHost(genesisOf(journal), {
    ...{ journal, starter, checkpoints, logger, onLost },
    hashOf: (raw) => toHex(keccak(raw)),
    onReset: () => history.reset(journal.blocks),
    onBlock: async (engine, { block }) => {
      onProgress?.(block.number, journal.blocks);
      await history.add(engine, block);
    },
  });
}

function genesisOf({ header }: Journal): Genesis {
  const { chainId, genesisTimestampSec, accounts } = header;
  return { chainId, timestampSec: genesisTimestampSec, accounts };
}

function checkpointOptions(options: ChainOptions): ConstructorParameters<typeof Checkpoints>[0] {
  const { checkpointBlocks = 1_000, verifyJournal = false } = options;
  return {
    everyBlocks: checkpointBlocks,
    // About as long as a start takes anyway.
    atCloseBlocks: Math.min(100, checkpointBlocks),
    maxJournalBytes:
      options.checkpointJournalBytes ??
      Math.min(maxCheckpointJournalBytes, totalmem() / partOfMemory),
    replayAll: verifyJournal || checkpointBlocks === 0,
  };
}

function poolLimits(options: ChainOptions): ConstructorParameters<typeof Pool>[0] {
  return {
    maxQueued: options.maxQueued ?? 4096,
    maxQueuedBytes: 64 * megabyte,
    maxGroup: 1000,
    maxGroupBytes: 4 * megabyte,
    blockGasLimit,
    gapGraceMs: options.gapGraceMs ?? 100,
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
