import { join } from "node:path";
import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventTrigger, FakeChain } from "../../chain-events/fake-chain.testing.ts";
import { openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { EventScanner } from "./event-scanner.ts";

const CONTRACT: Hex = `0x${"cc".repeat(20)}`;
const TOPIC = keccakText("Ping(uint256)");
const CHAIN = 31337;
const LEDGER = { chainId: CHAIN, executions: `0x${"11".repeat(20)}` } as const;

const TRIGGER: Plan["trigger"] = {
  kind: "event",
  chainId: CHAIN,
  contract: CONTRACT,
  signature: "Ping(uint256)",
  topic0: TOPIC,
  parameters: [{ name: "value", type: "uint256", indexed: false }],
  where: null,
  confidence: "latest",
} as Plan["trigger"];

const FORK = 1_000_000;

/** A chain with a few logs in each block, which refuses long ranges and fails now and then. */
class LogChain implements Rpc {
  readonly url = "";
  head = 0;
  mostBlocks = 1_000;
  fails = 0;
  readonly #logsPerBlock: readonly number[];
  readonly #forks: { readonly at: number; readonly logs: readonly number[] }[] = [];

  constructor(logsPerBlock: readonly number[]) {
    this.#logsPerBlock = logsPerBlock;
  }

  /** From `at` on the chain has other blocks, `logs` in each. */
  fork(at: number, logs: readonly number[]): void {
    this.#forks.push({ at, logs });
  }

  hashOf(block: number): Hex {
    const made = this.#forks.findLastIndex(({ at }) => block >= at) + 1;
    return wordHex(1_000 + made * FORK + block);
  }

  logsIn(block: number): number {
    const fork = this.#forks.findLast(({ at }) => block >= at);
    return (fork === undefined ? this.#logsPerBlock[block] : fork.logs[block - fork.at]) ?? 0;
  }

  logsOf(block: number) {
    const count = this.logsIn(block);
    return Array.from({ length: count }, (_, index) => ({
      address: CONTRACT,
      topics: [TOPIC],
      data: wordHex(index),
      blockNumber: hex(block),
      blockHash: this.hashOf(block),
      transactionHash: wordHex(2_000 + block),
      logIndex: hex(index),
    }));
  }

  async request<T>(method: string, params: readonly unknown[]): Promise<T> {
    await Promise.resolve();
    if (this.fails > 0) {
      this.fails -= 1;
      throw new Error("no answer");
    }
    return this.#answer(method, params) as T;
  }

  #answer(method: string, [first]: readonly unknown[]): unknown {
    switch (method) {
      case "eth_getBlockByNumber": {
        const number = first === "latest" ? this.head : Number(first);
        if (number > this.head) return null;
        return {
          number: hex(number),
          hash: this.hashOf(number),
          parentHash: this.hashOf(number - 1),
        };
      }
      case "eth_getBlockByHash":
        return { timestamp: hex((Number(first) - 1_000) % FORK) };
      case "eth_getTransactionReceipt":
        return { logs: this.logsOf(Number(first) - 2_000) };
      case "eth_getLogs": {
        const { fromBlock, toBlock } = first as { fromBlock: Hex; toBlock: Hex };
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        if (to - from >= this.mostBlocks) throw new Error("too many blocks");
        return Array.from({ length: to - from + 1 }, (_, at) => this.logsOf(from + at)).flat();
      }
      default:
        throw new Error(method);
    }
  }
}

test("each event is seen exactly once, whatever the chunks, failures and restarts", async () => {
  const step = fc.record({
    blocks: fc.integer({ min: 0, max: 25 }),
    fails: fc.integer({ min: 0, max: 2 }),
    restarts: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 100, maxLength: 100 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(step, { minLength: 1, maxLength: 6 }),
      async (logs, chunkBlocks, mostBlocks, steps) => {
        const directory = temporaryDirectory();
        const store = openTestStore(join(directory.path, "store.db"));
        const chain = new LogChain(logs);
        chain.mostBlocks = mostBlocks;
        const options = {
          chainId: CHAIN,
          confidence: "latest",
          fromBlock: 1,
          chunkBlocks,
        } as const;
        const parts = { rpc: chain, store, ledger: LEDGER, nowMs: () => 0 };
        await store.write((tables) =>
          tables.intents.put(anIntent(1, { kind: 1, plan: aPlan([], { trigger: TRIGGER }) })),
        );
        let scanner = new EventScanner(options, parts);
        let found = 0;
        for (const { blocks, fails, restarts } of steps) {
          chain.head = Math.min(99, chain.head + blocks);
          chain.fails = fails;
          if (restarts) scanner = new EventScanner(options, parts);
          const cursor = { chainId: CHAIN, blockNumber: chain.head, blockHash: wordHex(1) };
          await store.write((tables) => tables.cursors.put(cursor));
          for (let isBehind = true; isBehind; ) {
            const scanned = await scanner.step().catch(() => ({ found: 0, isBehind: true }));
            found += scanned.found;
            isBehind = scanned.isBehind;
          }
        }
        const expected = logs.slice(1, chain.head + 1).reduce((sum, count) => sum + count, 0);
        expect(found).toBe(expected);
        expect(store.read.executions.count()).toBe(expected);
        store.close();
        directory.remove();
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);

test("after each reorganisation what was seen is what the chain has", async () => {
  const logs = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 60, maxLength: 60 });
  const round = fc.record({
    /** Blocks below the head that are replaced. */
    depth: fc.integer({ min: 1, max: 12 }),
    logs,
    grows: fc.integer({ min: 0, max: 10 }),
    claimed: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      logs,
      fc.integer({ min: 1, max: 20 }),
      fc.array(round, { minLength: 1, maxLength: 5 }),
      async (first, chunkBlocks, rounds) => {
        const directory = temporaryDirectory();
        const store = openTestStore(join(directory.path, "store.db"));
        const chain = new LogChain(first);
        // Another chain than the ledger's: its scan goes by itself.
        const ledger = { ...LEDGER, chainId: 1 };
        const options = {
          chainId: CHAIN,
          confidence: "latest",
          fromBlock: 1,
          chunkBlocks,
        } as const;
        const scanner = new EventScanner(options, { rpc: chain, store, ledger, nowMs: () => 0 });
        await store.write((tables) =>
          tables.intents.put(anIntent(1, { kind: 1, plan: aPlan([], { trigger: TRIGGER }) })),
        );
        const read = async (): Promise<void> => {
          while ((await scanner.step()).isBehind);
        };
        chain.head = 20;
        await read();
        for (const { depth, logs: others, grows, claimed } of rounds) {
          const held = claimed ? store.read.executions.select("1 LIMIT 1") : [];
          for (const { executionId: name } of held) {
            await store.write((tables) =>
              tables.executions.update({ executionId: name }, { state: "claimed", batchNo: 7 }),
            );
          }
          chain.fork(chain.head - depth, others);
          chain.head += grows;
          await read();
          const seen = store.read.executions
            .select("1")
            .flatMap(({ payload }) => (payload?.kind === "event" ? [payload.blockHash] : []));
          const blocks = Array.from({ length: chain.head }, (_, index) => index + 1);
          const expected = blocks.flatMap((block) =>
            chain.logsOf(block).map(({ blockHash }) => blockHash),
          );
          expect(seen.sort()).toEqual(expected.sort());
        }
        store.close();
        directory.remove();
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);

test("events that the follower has not come to are left for later: a newer intent may want them", async () => {
  const directory = temporaryDirectory();
  const store = openTestStore(join(directory.path, "store.db"));
  const chain = new LogChain([0, 1, 1, 1]);
  chain.head = 3;
  const options = { chainId: CHAIN, confidence: "latest", fromBlock: 1, chunkBlocks: 9 } as const;
  const scanner = new EventScanner(options, {
    rpc: chain,
    store,
    ledger: LEDGER,
    nowMs: () => 0,
  });
  const at = (blockNumber: number) => ({ chainId: CHAIN, blockNumber, blockHash: wordHex(1) });
  const wants = (intentNo: number, registeredBlock: number) =>
    anIntent(intentNo, { kind: 1, plan: aPlan([], { trigger: TRIGGER }), registeredBlock });
  await store.write((tables) => {
    tables.intents.put(wants(1, 1));
    tables.cursors.put(at(1));
  });
  expect(await scanner.step()).toEqual({ found: 1, isBehind: false });
  await store.write((tables) => {
    tables.intents.put(wants(2, 2));
    tables.cursors.put(at(3));
  });
  expect(await scanner.step()).toEqual({ found: 4, isBehind: false });
  store.close();
  directory.remove();
});

test("on another chain each intent has the events since its registration, also of blocks read before it was known", async () => {
  const directory = temporaryDirectory();
  const store = openTestStore(join(directory.path, "store.db"));
  const chain = new FakeChain();
  const ledger = { ...LEDGER, chainId: 1 };
  const options = {
    chainId: CHAIN,
    confidence: "latest",
    fromBlock: null,
    chunkBlocks: 9,
  } as const;
  const open = () => new EventScanner(options, { rpc: chain, store, ledger, nowMs: () => 0 });
  const trigger = { ...eventTrigger(CHAIN, "Ping"), confidence: "latest" } as const;
  const register = (intentNo: number, start: number) =>
    store.write((tables) =>
      tables.intents.put(anIntent(intentNo, { kind: 1, start, plan: aPlan([], { trigger }) })),
    );
  const seen = () =>
    store.read.executions
      .select("1 ORDER BY intent_no, seen_block")
      .map(({ intentNo, seenBlock }) => [intentNo, seenBlock]);
  for (const timeSec of [100, 200, 300, 400]) chain.add(timeSec, "Ping 1");
  await register(1, 200);
  expect(await open().step()).toEqual({ found: 3, isBehind: false });
  await register(2, 400);
  await register(3, 500);
  const scanner = open();
  expect(await scanner.step()).toEqual({ found: 1, isBehind: false });
  chain.add(500, "Ping 1");
  await scanner.step();
  const all = [
    ...[1, 2, 3, 4].map((block) => [1, block]),
    ...[3, 4].map((block) => [2, block]),
    [3, 4],
  ];
  expect(seen()).toEqual(all);
  chain.asked.length = 0;
  expect(await open().step()).toEqual({ found: 0, isBehind: false });
  expect(chain.asked).not.toContain("eth_getLogs");
  store.close();
  directory.remove();
});

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}
