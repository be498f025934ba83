import { afterEach, beforeEach, expect, test } from "vitest";
import type { BatchStatus } from "../../store/batches.ts";
import { aBatch } from "../../store/store.testing.ts";
import { type TestNode, testNode } from "../context.testing.ts";
import { KeeperPushes } from "./keeper-pushes.ts";

const NOW_MS = 1_005_000;
const BODY = new TextEncoder().encode("{}\n");

let node: TestNode;
let down: Set<number>;
let asked: number[];
let pushes: KeeperPushes;
const { signal } = new AbortController();

beforeEach(() => {
  node = testNode({ nowMs: NOW_MS });
  down = new Set();
  asked = [];
  pushes = open();
});
afterEach(async () => {
  await pushes.settled();
  node.close();
});

/** Keepers of node 1 are nodes 2 and 3. */
function open(): KeeperPushes {
  const peers = {
    ...node.context.peers,
    putBatch: (nodeNo: number) => {
      asked.push(nodeNo);
      return down.has(nodeNo) ? Promise.reject(new Error("down")) : Promise.resolve(true);
    },
  };
  const options = { pushTimeoutMs: 1_000, firstRetryMs: 1_000, longestRetryMs: 4_000 };
  return new KeeperPushes(options, { ...node.context, peers });
}

async function hold(status: BatchStatus): Promise<void> {
  await node.store.write((tables) => {
    tables.batches.put(aBatch(7, { status }));
    const row = { batchNo: 7, complete: true, fromNode: 1, receivedMs: NOW_MS };
    tables.batchBundles.put({ ...row, body: BODY });
  });
}

/** One look at a time, until the pushes that it began have ended. @returns when the next is due. */
async function look(atMs: number): Promise<number | null> {
  node.clock.set(atMs);
  pushes.look(signal);
  await node.context.wakers.of("record").wait(null, AbortSignal.timeout(1_000));
  return pushes.look(signal);
}

test("a keeper that is down is asked again, later each time, until it has the bundle", async () => {
  await hold("recorded");
  down.add(3);
  await pushes.give(aBatch(7), BODY, signal);
  expect(asked).toEqual([2, 3]);
  expect(pushes.look(signal)).toBe(NOW_MS + 1_000);
  await node.context.wakers.of("record").wait(null, signal);
  expect(await look(NOW_MS + 1_000)).toBe(NOW_MS + 3_000);
  expect(await look(NOW_MS + 3_000)).toBe(NOW_MS + 7_000);
  down.clear();
  expect(await look(NOW_MS + 7_000)).toBeNull();
  expect(asked).toEqual([2, 3, 3, 3, 3]);
});

test("what is settled is given to nobody any more", async () => {
  down.add(2);
  await hold("recorded");
  await pushes.give(aBatch(7), BODY, signal);
  await hold("settled");
  node.clock.set(NOW_MS + 60_000);
  expect(pushes.look(signal)).toBeNull();
  expect(asked).toEqual([2, 3]);
});

test("after a restart both keepers are asked for what is recorded and not settled", async () => {
  await hold("recorded");
  pushes.resume();
  expect(await look(NOW_MS)).toBeNull();
  expect(asked).toEqual([2, 3]);
});

test("a bundle that this node does not have is given to nobody", async () => {
  await node.store.write((tables) => tables.batches.put(aBatch(7, { status: "recorded" })));
  pushes.resume();
  expect(pushes.look(signal)).toBeNull();
  expect(asked).toEqual([]);
});
