import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Hex, joinHex } from "@deed/protocol/encoding";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openKeySigner, testKeys } from "../signer/key-signer.testing.ts";
import { aConfig, CONTRACTS, hash, SELECTOR } from "../signer/signer.testing.ts";
import type { Signer } from "../signer/signer-api.ts";
import { openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import { SILENT } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { TestChain } from "./chain.testing.ts";
import { Outbox, type TransactionWish } from "./outbox.ts";
import type { OutboxOptions } from "./outbox-parts.ts";

/** One process: an outbox over a store and a signer that other processes had before. */
interface Process {
  readonly outbox: Outbox;
  readonly store: Store;
  readonly signer: Signer;
  /** Ends it in the middle of whatever it does. */
  end(): Promise<void>;
}

let directory: ReturnType<typeof temporaryDirectory>;
let chain: TestChain;
const never = new AbortController().signal;
const running = new Set<Process>();

beforeEach(() => {
  directory = temporaryDirectory();
  chain = new TestChain();
});
afterEach(async () => {
  for (const one of running) await one.end();
  directory.remove();
});

async function start(options: Partial<OutboxOptions> = {}): Promise<Process> {
  const config = aConfig(directory.path, "");
  const keySigner = await openKeySigner(config, testKeys(1));
  const store = openTestStore(join(directory.path, "node.db"));
  const outbox = new Outbox(
    { fees: { kind: "free" }, pollMs: 2, retryMs: 2, resendMs: 20, ...options },
    {
      store,
      signer: keySigner.signer,
      ledger: chain,
      clock: { nowMs: () => Date.now() },
      logger: SILENT,
      metrics: createMetrics({ labels: {}, ofProcess: false }),
    },
  );
  const stop = new AbortController();
  const run = outbox.run(stop.signal);
  const started: Process = {
    outbox,
    store,
    signer: keySigner.signer,
    end: async () => {
      running.delete(started);
      stop.abort();
      await run;
      store.close();
      await keySigner.close();
    },
  };
  running.add(started);
  return started;
}

function dataOf(number: number): Hex {
  return joinHex(SELECTOR, hash(number));
}

function aWish(number: number, changes: Partial<TransactionWish> = {}): TransactionWish {
  const call = { to: CONTRACTS.executions, data: dataOf(number), valueWei: 0n };
  return { purpose: `claim:${number}`, call, gas: null, ...changes };
}

async function wishAndWait({ outbox }: Process, numbers: readonly number[]): Promise<string[]> {
  await Promise.all(numbers.map((number) => outbox.wish(aWish(number))));
  const ends = await Promise.all(numbers.map((n) => outbox.ended(`claim:${n}`, never)));
  return ends.map((end) => (end.kind === "mined" ? "mined" : end.reason));
}

describe("sending", () => {
  test("wishes are mined once each, in their order, with contiguous nonces", async () => {
    const one = await start();
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    expect(await wishAndWait(one, numbers)).toEqual(numbers.map(() => "mined"));
    expect(chain.mined.map(({ data }) => data)).toEqual(numbers.map(dataOf));
    expect(chain.mined.map(({ nonce }) => nonce)).toEqual(numbers);
  });

  test("one purpose is one transaction, however often it is wished", async () => {
    const one = await start();
    await Promise.all([1, 2, 3].map(() => one.outbox.wish(aWish(7))));
    const end = await one.outbox.ended("claim:7", never);
    await one.outbox.wish(aWish(7));
    expect(await one.outbox.ended("claim:7", never)).toEqual(end);
    expect(chain.mined).toHaveLength(1);
  });

  test("what can only revert is not sent and takes no nonce", async () => {
    chain.reverting.add(dataOf(2));
    const one = await start();
    const ends = await wishAndWait(one, [1, 2, 3]);
    expect(ends).toEqual(["mined", `no ${dataOf(2)}`, "mined"]);
    expect(chain.mined.map(({ nonce }) => nonce)).toEqual([0, 1]);
  });

  test("what the signer never signs fails and leaves the others alone", async () => {
    const one = await start();
    const foreign = { to: CONTRACTS.registry, data: dataOf(2), valueWei: 0n };
    await one.outbox.wish(aWish(1));
    await one.outbox.wish(aWish(2, { call: foreign }));
    await one.outbox.wish(aWish(3, { call: { ...aWish(3).call, valueWei: 5n } }));
    await one.outbox.wish(aWish(4));
    const ends = await Promise.all([1, 2, 3, 4].map((n) => one.outbox.ended(`claim:${n}`, never)));
    expect(ends.map(({ kind }) => kind)).toEqual(["mined", "never", "never", "mined"]);
    expect(ends[1]).toMatchObject({ reason: expect.stringContaining("allowed call") });
  });

  test("an outage of the ledger only delays", async () => {
    const one = await start();
    chain.outage = 25;
    expect(await wishAndWait(one, [1, 2, 3])).toEqual(["mined", "mined", "mined"]);
    expect(chain.mined).toHaveLength(3);
  });

  test("no more are in flight than allowed", async () => {
    chain.minesAtOnce = false;
    const one = await start({ maxInFlight: 4 });
    for (let number = 0; number < 10; number += 1) await one.outbox.wish(aWish(number));
    await chain.until(() => new Set(chain.sends).size >= 4);
    const { action } = await one.signer.status();
    expect(one.store.read.transactions.inFlight(action)).toHaveLength(4);
    chain.minesAtOnce = true;
    chain.mine();
    const ends = Array.from({ length: 10 }, (_, n) => one.outbox.ended(`claim:${n}`, never));
    expect((await Promise.all(ends)).every(({ kind }) => kind === "mined")).toBe(true);
  });

  test("a transaction counts as mined when enough blocks lie on it", async () => {
    const one = await start({ confirmations: 3 });
    await one.outbox.wish(aWish(1));
    await chain.until(() => chain.mined.length === 1);
    const early = new AbortController();
    const ended = one.outbox.ended("claim:1", early.signal);
    chain.mineEmpty(3);
    expect((await ended).kind).toBe("mined");
  });

  test("waiting ends with its signal", async () => {
    chain.minesAtOnce = false;
    const one = await start();
    await one.outbox.wish(aWish(1));
    const stop = new AbortController();
    const ended = one.outbox.ended("claim:1", stop.signal);
    stop.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
  });
});

describe("nonces of no use", () => {
  test("what the chain refuses for good has its nonce burnt, and the next ones go on", async () => {
    const one = await start();
    chain.answers.set(dataOf(2), { kind: "refused", reason: "exceeds block gas limit" });
    expect(await wishAndWait(one, [1, 2, 3])).toEqual([
      "mined",
      "exceeds block gas limit",
      "mined",
    ]);
    expect(chain.mined.map(({ data }) => data)).toEqual([dataOf(1), "0x", dataOf(3)]);
  });

  test("a nonce that somebody else used ends its wish", async () => {
    const one = await start();
    chain.answers.set(dataOf(1), { kind: "stale" });
    expect(await wishAndWait(one, [1])).toEqual(["NONCE_TAKEN"]);
  });

  test("fees are raised until a transaction is mined", async () => {
    chain.minesAtOnce = false;
    chain.currentFees = { baseFeePerGasWei: 100n, priorityFeePerGasWei: 10n };
    const market = { kind: "market", maxFeePerGasWei: 1_000n } as const;
    const one = await start({ fees: market, resendMs: 5 });
    await one.outbox.wish(aWish(1));
    await chain.until(() => new Set(chain.sends).size >= 3);
    chain.mine();
    const end = await one.outbox.ended("claim:1", never);
    expect(end.kind).toBe("mined");
    expect(chain.mined[0]!.feeWei).toBeGreaterThan(210n);
    expect(chain.mined[0]!.feeWei).toBeLessThanOrEqual(1_000n);
  });
});

describe("restart", () => {
  test("what was signed and never sent is sent by the next process", async () => {
    const first = await start();
    await wishAndWait(first, [1]);
    chain.answers.set(dataOf(2), { kind: "early" });
    await first.outbox.wish(aWish(2));
    await chain.until(() => chain.sends.length >= 2);
    await first.end();
    chain.answers.clear();
    const second = await start();
    expect((await second.outbox.ended("claim:2", never)).kind).toBe("mined");
    expect((await second.outbox.ended("claim:1", never)).kind).toBe("mined");
  });

  test("what was mined meanwhile is found, not sent again", async () => {
    chain.minesAtOnce = false;
    const first = await start();
    await first.outbox.wish(aWish(1));
    await chain.until(() => chain.sends.length >= 1);
    await first.end();
    chain.mine();
    const sends = chain.sends.length;
    const second = await start();
    expect((await second.outbox.ended("claim:1", never)).kind).toBe("mined");
    expect(chain.sends).toHaveLength(sends);
  });

  test("what can only revert by now has its nonce burnt", async () => {
    chain.answers.set(dataOf(1), { kind: "early" });
    const first = await start();
    await first.outbox.wish(aWish(1));
    await chain.until(() => chain.sends.length >= 1);
    await first.end();
    chain.answers.clear();
    chain.reverting.add(dataOf(1));
    const second = await start();
    const end = await second.outbox.ended("claim:1", never);
    expect(end).toEqual({ kind: "never", reason: `no ${dataOf(1)}` });
    expect(chain.mined.map(({ data }) => data)).toEqual(["0x"]);
    expect(await wishAndWait(second, [2])).toEqual(["mined"]);
  });

  test("after the loss of the store the nonces that the signer used are burnt", async () => {
    chain.minesAtOnce = false;
    const first = await start();
    for (const number of [1, 2, 3]) await first.outbox.wish(aWish(number));
    await chain.until(() => new Set(chain.sends).size >= 3);
    await first.end();
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(directory.path, `node.db${suffix}`), { force: true });
    }
    chain.forget();
    chain.minesAtOnce = true;
    const second = await start();
    expect(await wishAndWait(second, [4])).toEqual(["mined"]);
    expect(chain.mined.map(({ data }) => data)).toEqual(["0x", "0x", "0x", dataOf(4)]);
  });

  test("what a reorganisation took out is sent again", async () => {
    const first = await start();
    await wishAndWait(first, [1, 2, 3]);
    await first.end();
    chain.drop(2);
    const second = await start();
    expect(await wishAndWait(second, [4])).toEqual(["mined"]);
    await chain.until(() => chain.mined.length === 4);
    expect(chain.mined.map(({ data }) => data)).toEqual([1, 2, 3, 4].map(dataOf));
  });

  test("whenever processes end, every wish is mined exactly once", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }), async (lives) => {
        for (const one of running) await one.end();
        directory.remove();
        directory = temporaryDirectory();
        chain = new TestChain();
        const numbers = Array.from({ length: 12 }, (_, index) => index);
        for (const sends of lives) {
          const one = await start({ maxInFlight: 3 });
          await Promise.all(numbers.map((number) => one.outbox.wish(aWish(number))));
          const target = Math.min(chain.mined.length + sends, numbers.length);
          await chain.until(() => chain.mined.length >= target);
          await one.end();
        }
        const last = await start();
        expect(await wishAndWait(last, numbers)).toEqual(numbers.map(() => "mined"));
        // A burnt nonce is one that was signed and not kept: never a wish's second transaction.
        const done = chain.mined.map(({ data }) => data).filter((data) => data !== "0x");
        expect([...done].sort()).toEqual(numbers.map(dataOf).sort());
      }),
      { numRuns: 12 },
    );
  });
});
