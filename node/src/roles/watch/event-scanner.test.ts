import { join } from "node:path";
import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
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

/** A chain with a few logs in each block, which refuses long ranges and fails now and then. */
class LogChain implements Rpc {
  readonly url = "";
  head = 0;
  mostBlocks = 1_000;
  fails = 0;
  readonly #logsPerBlock: readonly number[];

  constructor(logsPerBlock: readonly number[]) {
    this.#logsPerBlock = logsPerBlock;
  }

  logsOf(block: number) {
    const count = this.#logsPerBlock[block] ?? 0;
    return Array.from({ length: count }, (_, index) => ({
      address: CONTRACT,
      topics: [TOPIC],
      data: wordHex(index),
      blockNumber: hex(block),
      blockHash: wordHex(1_000 + block),
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
      case "eth_getBlockByNumber":
        return { number: hex(this.head) };
      case "eth_getBlockByHash":
        return { timestamp: hex(Number(first) - 1_000) };
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

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}
