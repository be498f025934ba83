import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hex } from "./hex.ts";
import { Pool, type PoolLimits } from "./pool.ts";
import type { Transaction } from "./transaction/transaction.ts";

const limits: PoolLimits = {
  maxQueued: 50,
  maxQueuedBytes: 10_000,
  maxGroup: 100,
  maxGroupBytes: 5000,
  blockGasLimit: 1000,
  gapGraceMs: 100,
};

function transaction(sender: Hex, nonce: number, more: Partial<Transaction> = {}): Transaction {
  const hash: Hex = `0x${sender.slice(2)}${nonce}`;
  return { raw: new Uint8Array(10), hash, type: 2, sender, nonce, gasLimit: 10, ...more };
}

function picked(pool: Pool, nowMs = 0, nonces = new Map<Hex, number>()): string[] {
  return pool.select(nonces, nowMs).group.map(({ transaction: t }) => `${t.sender}${t.nonce}`);
}

test("transactions are taken in order of arrival", () => {
  const pool = new Pool(limits);
  for (const [sender, nonce] of [
    ["0xa", 0],
    ["0xb", 0],
    ["0xa", 1],
  ] as const) {
    pool.add(transaction(sender, nonce), 0);
  }
  expect(picked(pool)).toEqual(["0xa0", "0xb0", "0xa1"]);
  expect(pool.size).toBe(0);
});

test("whatever the order of arrival, each sender's nonces come out in sequence", () => {
  const arrivals = fc.shuffledSubarray(
    ["0xa", "0xb", "0xc"].flatMap((s) => [0, 1, 2, 3, 4].map((n) => [s as Hex, n] as const)),
  );
  fc.assert(
    fc.property(arrivals, (sent) => {
      const pool = new Pool(limits);
      for (const [sender, nonce] of sent) pool.add(transaction(sender, nonce), 0);
      const { group } = pool.select(new Map(), 0);
      for (const sender of ["0xa", "0xb", "0xc"]) {
        const nonces = group
          .filter((e) => e.transaction.sender === sender)
          .map((e) => e.transaction.nonce);
        expect(nonces).toEqual(nonces.map((_, place) => place));
        const known = new Set(sent.filter(([s]) => s === sender).map(([, n]) => n));
        expect(known.has(nonces.length)).toBe(false);
      }
    }),
  );
});

test("a gap waits for its grace and is then refused with the nonce that was expected", async () => {
  const pool = new Pool(limits);
  const entry = pool.add(transaction("0xa", 2), 1000);
  expect(picked(pool, 1099)).toEqual([]);
  expect(pool.nextDueMs()).toBe(1100);
  expect(picked(pool, 1100)).toEqual([]);
  await expect(entry.done).rejects.toMatchObject({
    failure: { code: "NONCE_GAP", sender: "0xa", expected: 0, actual: 2 },
  });
  expect(pool.nextDueMs()).toBeUndefined();
});

test("a predecessor that arrives within the grace closes the gap", () => {
  const pool = new Pool(limits);
  pool.add(transaction("0xa", 1), 0);
  expect(picked(pool, 10)).toEqual([]);
  pool.add(transaction("0xa", 0), 20);
  expect(picked(pool, 20)).toEqual(["0xa0", "0xa1"]);
});

test("a used nonce is given to the caller to judge", () => {
  const pool = new Pool(limits);
  pool.add(transaction("0xa", 3), 0);
  const { group, stale } = pool.select(new Map<Hex, number>([["0xa", 5]]), 0);
  expect(group).toEqual([]);
  expect(stale.map(({ expected }) => expected)).toEqual([5]);
});

test("a block is never asked to hold more gas, bytes or transactions than it may", () => {
  const pool = new Pool(limits);
  pool.add(transaction("0xa", 0, { gasLimit: 600 }), 0);
  pool.add(transaction("0xb", 0, { gasLimit: 600 }), 0);
  pool.add(transaction("0xc", 0, { gasLimit: 10 }), 0);
  // Nothing overtakes the one that did not fit.
  expect(picked(pool)).toEqual(["0xa0"]);
  expect(picked(pool)).toEqual(["0xb0", "0xc0"]);
});

test("the queue is bounded, and what is being executed counts", () => {
  const pool = new Pool({ ...limits, maxQueued: 2 });
  pool.add(transaction("0xa", 0), 0);
  pool.add(transaction("0xa", 1), 0);
  pool.select(new Map(), 0);
  expect(() => pool.add(transaction("0xa", 2), 0)).toThrow(
    expect.objectContaining({ failure: { code: "QUEUE_FULL", queued: 2, limit: 2 } }),
  );
});

test("the same transaction twice is one entry", () => {
  const pool = new Pool(limits);
  const entry = pool.add(transaction("0xa", 0), 0);
  expect(pool.add(transaction("0xa", 0), 0)).toBe(entry);
  pool.select(new Map(), 0);
  expect(pool.add(transaction("0xa", 0), 0)).toBe(entry);
});

test("the pending nonce counts what waits without a gap", () => {
  const pool = new Pool(limits);
  for (const nonce of [5, 6, 8]) pool.add(transaction("0xa", nonce), 0);
  expect(pool.nonceAfter("0xa", 5)).toBe(7);
  expect(pool.nonceAfter("0xb", 5)).toBe(5);
});
