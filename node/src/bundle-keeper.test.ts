import { afterEach, beforeEach, expect, test } from "vitest";
import { BundleKeeper } from "./bundle-keeper.ts";
import type { ByteStream } from "./peers/handlers.ts";
import { type TestNode, testNode } from "./roles/context.testing.ts";
import { aBatch } from "./store/store.testing.ts";

const signal = new AbortController().signal;

let node: TestNode;
let keeper: BundleKeeper;

beforeEach(async () => {
  node = testNode();
  keeper = new BundleKeeper({ unknownMs: 50 }, node.context);
  await claim(7);
});
afterEach(() => node.close());

async function claim(batchNo: number): Promise<void> {
  await node.store.write((tables) => tables.batches.put(aBatch(batchNo, { nodeNo: 2 })));
}

async function* bytes(text: string): ByteStream {
  yield Buffer.from(text);
}

function kept(batchNo: number): string | null {
  const row = node.store.read.batchBundles.get({ batchNo });
  return row === null ? null : Buffer.from(row.body).toString();
}

test("keeps what the batch's executor gives, the newest of it", async () => {
  expect(await keeper.keep(2, 7, bytes("one"), signal)).toBe(true);
  expect(await keeper.keep(2, 7, bytes("two"), signal)).toBe(true);
  expect(kept(7)).toBe("two");
});

test("takes nothing from others, and reads nothing of it", async () => {
  async function* unread(): ByteStream {
    yield await Promise.reject(new Error("read"));
  }
  expect(await keeper.keep(3, 7, unread(), signal)).toBe(false);
  expect(await keeper.keep(3, 1_000_000, unread(), signal)).toBe(false);
  expect(kept(1_000_000)).toBeNull();
});

test("waits for a claim that is a block ahead", async () => {
  const patient = new BundleKeeper({ unknownMs: 10_000 }, node.context);
  const early = patient.keep(2, 8, bytes("early"), signal);
  await claim(8);
  expect(await early).toBe(true);
  expect(kept(8)).toBe("early");
});

test("reads one bundle of a node at a time, and goes on after one that was cut off", async () => {
  let reading = 0;
  let most = 0;
  async function* slow(isCut: boolean): ByteStream {
    reading += 1;
    most = Math.max(most, reading);
    await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.from("x");
    reading -= 1;
    if (isCut) throw new TypeError("request given up");
  }
  await claim(8);
  const given = [7, 8, 7].map((no) => keeper.keep(2, no, slow(no === 8), signal));
  const ends = await Promise.allSettled(given);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(most).toBe(1);
});
