import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { TestClock, temporaryDirectory } from "./chain.testing.ts";
import type { Block, Engine, EngineStarter } from "./engine/engine.ts";
import { type CheckpointSource, EngineHost } from "./engine/engine-host.ts";
import { ChainError } from "./error.ts";
import { type Hex, toHex } from "./hex.ts";
import { type JournalFile, openFile } from "./journal/file.ts";
import { Journal } from "./journal/journal.ts";
import { silentLogger } from "./logger.ts";
import { Pool } from "./pool.ts";
import { Sequencer } from "./sequencer.ts";
import type { Transaction } from "./transaction/transaction.ts";
import { Waiters } from "./waiters.ts";

/** Executes nothing; its transactions are single bytes. Notes what happens, in order. */
class FakeEngine implements Engine {
  readonly readUrl = "";
  readonly processId = 0;
  readonly lost: Promise<string>;
  readonly #steps: string[];
  #blocks: Block[] = [fakeBlock(0, [], 0)];
  #admitted: Hex[] = [];
  #die: (reason: string) => void = () => {};
  /** Dies instead of making this block. */
  diesAt: number | undefined;

  constructor(steps: string[]) {
    this.#steps = steps;
    this.lost = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async admit(raw: Uint8Array): ReturnType<Engine["admit"]> {
    this.#steps.push(`admit ${toHex(raw)}`);
    if (raw[0] === 0xff) return { kind: "refused", reason: "poison" };
    this.#admitted.push(toHex(raw));
    return { kind: "admitted" };
  }

  async seal(timestampSec: number): Promise<Block> {
    const number = this.#blocks.length;
    if (number === this.diesAt) {
      this.#die("dead");
      throw new ChainError({ code: "ENGINE_LOST", reason: "dead" });
    }
    this.#steps.push(`seal ${number}`);
    const block = fakeBlock(number, this.#admitted, timestampSec);
    this.#admitted = [];
    this.#blocks.push(block);
    return block;
  }

  async forgetAdmitted(): Promise<void> {}

  async block(number: number): Promise<Block> {
    return this.#blocks[number] ?? fakeBlock(number, [], 0);
  }

  async head(): Promise<Block> {
    return this.block(this.#blocks.length - 1);
  }

  async saveState(): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify(this.#blocks));
  }

  async loadState(state: Uint8Array): Promise<void> {
    this.#blocks = JSON.parse(Buffer.from(state).toString("utf8")) as Block[];
  }

  async recentHashes(): Promise<Uint8Array> {
    return new Uint8Array();
  }

  async request(): Promise<unknown> {
    return "0x0";
  }

  async close(): Promise<void> {
    this.#die("closed");
  }
}

function fakeBlock(number: number, transactions: readonly Hex[], timestampSec: number): Block {
  const hash = (at: number): Hex => `0x${String(at).padStart(64, "0")}`;
  return {
    ...{ number, transactions, timestampSec, header: {} },
    ...{ hash: hash(number), parentHash: hash(number - 1) },
  };
}

interface Setup {
  readonly sequencer: Sequencer;
  readonly steps: string[];
  readonly engines: FakeEngine[];
}

async function setUp(
  arrange: (engine: FakeEngine, started: number) => void = () => {},
  change: (file: JournalFile) => Partial<JournalFile> = () => ({}),
): Promise<Setup> {
  const steps: string[] = [];
  const path = join(await temporaryDirectory(), "journal");
  const fixed = { version: 1, chainId: 1, genesisTimestampSec: 0, rules: [], accounts: [] };
  await Journal.create(path, { ...fixed, engine: "fake" });
  const file = await openFile(path);
  if (file === undefined) throw new Error("no file");
  onTestFinished(() => file.close());
  const noted: JournalFile = {
    ...file,
    write: async (bytes, offset) => {
      steps.push(bytes[12] === 2 ? "write group" : "write seal");
      await file.write(bytes, offset);
    },
    sync: async () => {
      steps.push("sync");
      await file.sync();
    },
  };
  const journal = await Journal.fromFile({ ...noted, ...change(noted) });
  const engines: FakeEngine[] = [];
  const starter: EngineStarter = {
    ...{ name: "fake", rules: [] },
    start: async () => {
      const engine = new FakeEngine(steps);
      arrange(engine, engines.length);
      engines.push(engine);
      return engine;
    },
  };
  let sequencer: Sequencer | undefined;
  const host = new EngineHost(
    { chainId: 1, timestampSec: 0, accounts: [] },
    {
      ...{ journal, starter, logger: silentLogger, hashOf: toHex, onReset: () => {} },
      ...{ onLost: () => sequencer?.engineLost(), onBlock: async () => {} },
      checkpoints: new NoCheckpoints(),
    },
  );
  const limits = { maxQueued: 100, maxQueuedBytes: 1000, maxGroup: 100, maxGroupBytes: 1000 };
  sequencer = new Sequencer(await host.start(), {
    ...{ journal, host, waiters: new Waiters(), clock: new TestClock(5000), logger: silentLogger },
    pool: new Pool({ ...limits, blockGasLimit: 1000, gapGraceMs: 0 }),
    onBlock: async () => {
      steps.push("announce");
    },
  });
  sequencer.start();
  const running = sequencer;
  onTestFinished(() => running.close());
  return { sequencer, steps, engines };
}

function transaction(byte: number): Transaction {
  const raw = Uint8Array.of(byte);
  const common = { raw, hash: toHex(raw), type: 2, gasLimit: 1 };
  return { ...common, sender: `0x${byte}`, nonce: 0 };
}

class NoCheckpoints implements CheckpointSource {
  find = async (): Promise<undefined> => undefined;
  reject = async (): Promise<void> => undefined;
  restore = (): never => {
    throw new Error("there are none");
  };
}

test("nothing is acknowledged before it is durable, executed and its hash noted", async () => {
  const { sequencer, steps } = await setUp();
  await sequencer.submit(transaction(1)).then(() => steps.push("acknowledged"));
  await nextTurn();
  const order = ["admit 0x01", "write group", "sync", "seal 1", "write seal"];
  expect(steps.slice(0, 5)).toEqual(order);
  expect(steps.indexOf("acknowledged")).toBeGreaterThan(4);
});

test("what arrives in one turn, or while a block is being made, shares a block", async () => {
  const { sequencer, steps } = await setUp();
  const first = [1, 2, 3].map((byte) => sequencer.submit(transaction(byte)));
  await Promise.all(first);
  const second = [4, 5].map((byte) => sequencer.submit(transaction(byte)));
  await Promise.all(second);
  expect(steps.filter((step) => step.startsWith("seal"))).toEqual(["seal 1", "seal 2"]);
});

test("a group of nothing but refused transactions leaves no trace in the journal", async () => {
  const { sequencer, steps } = await setUp();
  await expect(sequencer.submit(transaction(0xff))).rejects.toThrow("poison");
  expect(steps).toEqual(["admit 0xff"]);
});

test("a journal that cannot be written ends the chain, and nobody is told of success", async () => {
  const full = { sync: () => Promise.reject(new Error("no space left on device")) };
  const { sequencer, steps } = await setUp(undefined, () => full);
  await expect(sequencer.submit(transaction(1))).rejects.toMatchObject({
    code: "JOURNAL_WRITE_FAILED",
  });
  expect(await sequencer.failed).toMatchObject({ code: "JOURNAL_WRITE_FAILED" });
  expect(steps).not.toContain("seal 1");
  await expect(sequencer.submit(transaction(2))).rejects.toMatchObject({ code: "CLOSING" });
});

test("an engine that dies with a journalled group makes that very block on its successor", async () => {
  const { sequencer, steps, engines } = await setUp((engine, started) => {
    if (started === 0) engine.diesAt = 1;
  });
  expect(await sequencer.submit(transaction(1))).toBe("0x01");
  expect(engines).toHaveLength(2);
  expect(steps.filter((step) => step === "write group")).toHaveLength(1);
  expect(steps.filter((step) => step === "write seal")).toHaveLength(1);
  expect(sequencer.head.transactions).toEqual(["0x01"]);
  expect(steps.filter((step) => step === "announce")).toHaveLength(1);
});

test("an engine that dies again and again ends the chain with the number of attempts", async () => {
  const { sequencer, engines } = await setUp((engine) => {
    engine.diesAt = 1;
  });
  await expect(sequencer.submit(transaction(1))).rejects.toMatchObject({
    code: "ENGINE_KEEPS_DYING",
  });
  expect(engines).toHaveLength(4);
});
