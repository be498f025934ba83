import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rpc, rpcOf, TestClock, temporaryDirectory, testChain } from "../chain.testing.ts";
import type { Hex } from "../hex.ts";
import { type ChainOptions, startChain } from "../start-chain.ts";
import {
  atHeights,
  callLogger,
  checkpointFiles,
  checkpointWritten,
  deployLogger,
  everything,
  outline,
  Told,
} from "./checkpoint.testing.ts";
import type { Checkpoint, CheckpointHead } from "./checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./encode-checkpoint.ts";

const LIMIT_MS = 60_000;
const NOW_MS = 1_800_000_000_000;
// Further back than the engine keeps states by itself.
const BEFORE = 50;
const AFTER = 5;

/** A directory with a checkpoint at block 50 and a journal of 55. */
let made: string;
/** What the chain said of itself when nothing was loaded. */
let truth: unknown;
let outlined: unknown;
let contract: Hex;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "deed-chain-"));
  const options = { directory: made, checkpointBlocks: BEFORE };
  const chain = await startChain(options, { clock: new TestClock(NOW_MS) });
  const rpc = rpcOf(chain.rpcUrl);
  contract = await deployLogger(rpc);
  await callLogger(rpc, contract, 1, BEFORE + AFTER);
  truth = await everything(rpc, contract);
  outlined = await outline(rpc);
  await checkpointWritten(made, BEFORE);
  await chain.close();
  expect(await checkpointFiles(made)).toEqual([`checkpoint-${BEFORE}`]);
}, LIMIT_MS);
afterAll(() => rm(made, { recursive: true, force: true }));

/** Starts a copy of the chain; tells of how many blocks it replayed and what it said. */
async function startCopy(
  options: Partial<ChainOptions> = {},
  change: (directory: string) => Promise<void> = async () => {},
): Promise<{ rpc: Rpc; replayed: number; told: Told; directory: string; close(): Promise<void> }> {
  const directory = await temporaryDirectory();
  await cp(made, directory, { recursive: true });
  await change(directory);
  const told = new Told();
  let replayed = 0;
  const onProgress = (): void => {
    replayed += 1;
  };
  const collaborators = { logger: told, onProgress, clock: new TestClock(NOW_MS + 5_000) };
  const chain = await testChain({ checkpointBlocks: 1_000, ...options, directory }, collaborators);
  return { ...chain, replayed, told };
}

test("a start with a checkpoint replays only what follows and answers everything as before", {
  timeout: LIMIT_MS,
}, async () => {
  const { rpc, replayed, told } = await startCopy();
  expect(replayed).toBe(AFTER);
  expect(told.of("Checkpoint loaded")).toMatchObject([{ block: BEFORE, of: BEFORE + AFTER }]);
  expect(await everything(rpc, contract)).toEqual(truth);
});

test("later blocks are the same with a checkpoint, and without", {
  timeout: LIMIT_MS,
}, async () => {
  const chains = [await startCopy(), await startCopy({ verifyJournal: true })];
  const answers = await Promise.all(
    chains.map(async ({ rpc }) => {
      await callLogger(rpc, contract, BEFORE + AFTER, BEFORE + AFTER + 40);
      return everything(rpc, contract);
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(chains.map(({ replayed }) => replayed)).toEqual([AFTER, BEFORE + AFTER]);
});

test("a start that is to verify the journal replays all of it and leaves the checkpoint", {
  timeout: LIMIT_MS,
}, async () => {
  const { rpc, replayed, told, directory } = await startCopy({ verifyJournal: true });
  expect(replayed).toBe(BEFORE + AFTER);
  expect(told.of("Checkpoint loaded")).toEqual([]);
  expect(await everything(rpc, contract)).toEqual(truth);
  expect(await checkpointFiles(directory)).toEqual([`checkpoint-${BEFORE}`]);
});

/** Alters a checkpoint as somebody would who can also compute its hash. */
async function forge(
  directory: string,
  alter: (checkpoint: Checkpoint) => Checkpoint,
): Promise<void> {
  const path = join(directory, `checkpoint-${BEFORE}`);
  await writeFile(path, encodeCheckpoint(alter(decodeCheckpoint(await readFile(path)))));
}

/** Of what anvil dumps, what the tests alter. */
interface AnvilState {
  readonly accounts: Record<Hex, { readonly storage: Record<Hex, Hex> }>;
  readonly block: { beneficiary: Hex };
  best_block_number: number;
}

function withEngineState(checkpoint: Checkpoint, alter: (state: AnvilState) => void): Checkpoint {
  const state = JSON.parse(gunzipSync(checkpoint.engineState).toString("utf8")) as AnvilState;
  alter(state);
  return { ...checkpoint, engineState: gzipSync(JSON.stringify(state)) };
}

interface Forgery {
  readonly alter: (checkpoint: Checkpoint) => Checkpoint;
  readonly reason: string;
}

const ones: Hex = `0x${"11".repeat(32)}`;

function withHead(change: (head: CheckpointHead) => Partial<CheckpointHead>): Forgery["alter"] {
  return ({ head, ...rest }) => ({ ...rest, head: { ...head, ...change(head) } });
}

const forgeries: Readonly<Record<string, Forgery>> = {
  "another chain id": { alter: withHead(() => ({ chainId: 1 })), reason: "its engine is 1 anvil" },
  "another engine": {
    alter: withHead(() => ({ engine: "anvil/v0" })),
    reason: "its engine is 31337 anvil/v0",
  },
  "another block": { alter: withHead(() => ({ hash: ones })), reason: "its block is 0x1111" },
  "another place in the journal": {
    alter: withHead(({ journal }) => ({ journal: { ...journal, seed: journal.seed ^ 1 } })),
    reason: "its place in the journal",
  },
  "another genesis": {
    alter: withHead(() => ({ genesisHash: ones })),
    reason: "its genesis is 0x1111",
  },
  "other recent hashes": {
    alter: withHead(() => ({ recentHashes: ones })),
    reason: "its recent hashes is 0x",
  },
  "a state in which one slot differs": {
    alter: (checkpoint) =>
      withEngineState(checkpoint, (state) => {
        const account = state.accounts[contract];
        if (account !== undefined) account.storage[`0x${"00".repeat(32)}`] = ones;
      }),
    reason: "its state is 0x",
  },
  "a state with another head": {
    alter: (checkpoint) =>
      withEngineState(checkpoint, (state) => {
        state.best_block_number -= 1;
      }),
    reason: "its number is 49",
  },
  "a state that goes on elsewhere": {
    alter: (checkpoint) =>
      withEngineState(checkpoint, (state) => {
        state.block.beneficiary = `0x${"77".repeat(20)}`;
      }),
    reason: "block 51 came out as 0x",
  },
  "an engine state that is none": {
    alter: (checkpoint) => ({ ...checkpoint, engineState: Buffer.from("x") }),
    reason: "the engine refuses it",
  },
  "a history that is none": {
    alter: (checkpoint) => ({ ...checkpoint, history: Buffer.from("x") }),
    reason: "its history cannot be read",
  },
};

test.each(Object.entries(forgeries))(
  "a checkpoint with %s is refused with the reason, and the whole journal replayed",
  { timeout: LIMIT_MS },
  async (_, { alter, reason }) => {
    const { rpc, replayed, told } = await startCopy({}, (directory) => forge(directory, alter));
    expect(await outline(rpc)).toEqual(outlined);
    expect(told.of("Checkpoint not used, replaying what it held")).toMatchObject([
      { reason: expect.stringContaining(reason) },
    ]);
    expect(replayed).toBeGreaterThanOrEqual(BEFORE + AFTER);
  },
);

const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  torn: async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  empty: (path) => truncate(path, 0),
  damaged: async (path) => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
    await writeFile(path, bytes);
  },
  "under another number": async (path) => cp(path, path.replace(`${BEFORE}`, `${BEFORE + 1}`)),
};

test.each(Object.entries(damages))(
  "a checkpoint that is %s is never trusted",
  { timeout: LIMIT_MS },
  async (_, damage) => {
    const { rpc, told, directory } = await startCopy({}, (copied) =>
      damage(join(copied, `checkpoint-${BEFORE}`)),
    );
    expect(await outline(rpc)).toEqual(outlined);
    expect(told.of("Checkpoint not used, replaying what it held")).toHaveLength(1);
    expect((await checkpointFiles(directory)).length).toBeLessThanOrEqual(1);
  },
);

test("a checkpoint of a block that the journal has lost is not used", {
  timeout: LIMIT_MS,
}, async () => {
  const { rpc, told, replayed } = await startCopy({}, async (directory) => {
    const path = join(directory, "journal");
    const { head } = decodeCheckpoint(await readFile(join(directory, `checkpoint-${BEFORE}`)));
    // Its seal is torn: the block is made again, and might be another one.
    await truncate(path, head.journal.offset - 3);
  });
  expect(await rpc("eth_blockNumber")).toBe(`0x${BEFORE.toString(16)}`);
  expect(replayed).toBe(BEFORE);
  expect(told.of("Checkpoint not used, replaying what it held")).toMatchObject([
    { reason: `the journal has no block ${BEFORE}` },
  ]);
});

test("an engine that dies comes back from the checkpoint, with all that was before it", {
  timeout: LIMIT_MS,
}, async () => {
  const directory = await temporaryDirectory();
  const told = new Told();
  const clock = new TestClock(NOW_MS);
  const chain = await testChain({ directory, checkpointBlocks: 20 }, { logger: told, clock });
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 20);
  await checkpointWritten(directory, 20);
  await callLogger(chain.rpc, to, 20, 40);
  await checkpointWritten(directory, 40);
  await callLogger(chain.rpc, to, 40, 47);
  const before = await atHeights(chain.rpc, to, 47);
  process.kill(chain.engineProcessId() ?? 0, "SIGKILL");
  await callLogger(chain.rpc, to, 47, 48);
  expect(told.of("Checkpoint loaded")).toMatchObject([{ block: 40, of: 47 }]);
  expect(await atHeights(chain.rpc, to, 47)).toEqual(before);
  expect(await checkpointFiles(directory)).toEqual(["checkpoint-40"]);
});

test("a chain that ends in peace leaves a checkpoint when the next start would replay much", {
  timeout: LIMIT_MS,
}, async () => {
  const chain = await testChain({ checkpointBlocks: 1_000 });
  const to = await deployLogger(chain.rpc);
  await callLogger(chain.rpc, to, 1, 105);
  await chain.close();
  expect(await checkpointFiles(chain.directory)).toEqual(["checkpoint-105"]);
  const none = await testChain({ checkpointBlocks: 0 });
  const other = await deployLogger(none.rpc);
  await callLogger(none.rpc, other, 1, 105);
  await none.close();
  expect(await checkpointFiles(none.directory)).toEqual([]);
});
