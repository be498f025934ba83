import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory, testChain } from "../chain.testing.ts";
import { anvilStarter } from "../engine/anvil.ts";
import type { Engine, EngineStarter } from "../engine/engine.ts";
import {
  callLogger,
  checkpointFiles,
  checkpointWritten,
  deployLogger,
  everything,
  Told,
} from "./checkpoint.testing.ts";

const LIMIT_MS = 60_000;

/** Starts engines beside the chain's only when told to; knows those that it started. */
function heldStarter(directory: string): {
  readonly starter: EngineStarter;
  readonly engines: Engine[];
  readonly asked: Promise<void>;
  release(): void;
} {
  const real = anvilStarter(join(directory, "beside"));
  const engines: Engine[] = [];
  let release = (): void => {};
  let ask = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const starter: EngineStarter = {
    ...real,
    start: async (genesis) => {
      ask();
      await released;
      const engine = await real.start(genesis);
      engines.push(engine);
      return engine;
    },
  };
  return { starter, engines, asked, release };
}

test("blocks are acknowledged while a checkpoint is being made, and it is of the block it was due at", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const { starter, engines, asked, release } = heldStarter(directory);
  const options = { directory, checkpointBlocks: 20 };
  const chain = await testChain(options, { checkpointStarter: starter });
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 20);
  await asked;
  // None of these would be acknowledged if the chain waited for it.
  await callLogger(chain.rpc, to, 20, 35);
  expect(await checkpointFiles(directory)).toEqual([]);
  release();
  await checkpointWritten(directory, 20);
  const truth = await everything(chain.rpc, to);
  await chain.close();
  expect(engines).toHaveLength(1);
  await expect(engines[0]?.lost).resolves.toBeDefined();
  const told = new Told();
  const again = await testChain(options, { logger: told });
  expect(told.of("Checkpoint loaded")).toMatchObject([{ block: 20, of: 35 }]);
  expect(await everything(again.rpc, to)).toEqual(truth);
});

test("the next checkpoint begins at the one before, not at the first block", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const real = anvilStarter(join(directory, "beside"));
  const made: number[] = [];
  const starter: EngineStarter = {
    ...real,
    start: async (genesis) => {
      const engine = await real.start(genesis);
      const seal = engine.seal.bind(engine);
      engine.seal = async (...parameters) => {
        const block = await seal(...parameters);
        made.push(block.number);
        return block;
      };
      return engine;
    },
  };
  const options = { directory, checkpointBlocks: 20 };
  const chain = await testChain(options, { checkpointStarter: starter });
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 20);
  await checkpointWritten(directory, 20);
  expect([made.length, made.at(-1)]).toEqual([20, 20]);
  await callLogger(chain.rpc, to, 20, 40);
  await checkpointWritten(directory, 40);
  // One was made and thrown away when the first checkpoint was loaded.
  expect(made.slice(20)).toEqual([21, ...Array.from({ length: 20 }, (_, index) => 21 + index)]);
});

test("a chain that ends while a checkpoint is being made ends that, and writes one of its end", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const { starter, engines, asked, release } = heldStarter(directory);
  const told = new Told();
  const chain = await testChain(
    { directory, checkpointBlocks: 20 },
    { checkpointStarter: starter, logger: told },
  );
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 27);
  await asked;
  const closing = chain.close();
  release();
  await closing;
  expect(engines).toHaveLength(1);
  await expect(engines[0]?.lost).resolves.toBeDefined();
  expect(await checkpointFiles(directory)).toEqual(["checkpoint-27"]);
  expect(told.of("Checkpoint not written")).toEqual([]);
});

test("what fails beside the chain is told, does not stop it, and is tried an interval later", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const told = new Told();
  const real = anvilStarter(join(directory, "beside"));
  let starts = 0;
  const starter: EngineStarter = {
    ...real,
    start: (genesis) => {
      starts += 1;
      return starts === 1 ? Promise.reject(new Error("no memory")) : real.start(genesis);
    },
  };
  const chain = await testChain(
    { directory, checkpointBlocks: 20 },
    { checkpointStarter: starter, logger: told },
  );
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 39);
  expect(told.of("Checkpoint not written")).toMatchObject([{ block: 20, reason: "no memory" }]);
  expect(await checkpointFiles(directory)).toEqual([]);
  await callLogger(chain.rpc, to, 39, 40);
  await checkpointWritten(directory, 40);
});

test("of more than fits into memory none is made, which is told once an interval; an older one stays", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const told = new Told();
  const options = { directory, checkpointBlocks: 20, checkpointJournalBytes: 6_000 };
  const chain = await testChain(options, { logger: told });
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 20);
  await checkpointWritten(directory, 20);
  await callLogger(chain.rpc, to, 20, 75);
  const reason = expect.stringContaining("no more than 6000 fit into memory");
  const blocks = told.of("Checkpoint not written");
  expect(blocks).toMatchObject([
    { block: 40, reason },
    { block: 60, reason },
  ]);
  await chain.close();
  expect(await checkpointFiles(directory)).toEqual(["checkpoint-20"]);
});

test("a start that had much to replay leaves a checkpoint before anybody is served", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const without = await testChain({ directory, checkpointBlocks: 0 });
  const to = await deployLogger(without.rpc);
  await callLogger(without.rpc, to, 1, 30);
  await without.close();
  expect(await checkpointFiles(directory)).toEqual([]);
  await testChain({ directory, checkpointBlocks: 20 });
  expect(await checkpointFiles(directory)).toEqual(["checkpoint-30"]);
});
