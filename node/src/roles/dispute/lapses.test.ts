import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BatchRow } from "../../store/batches.ts";
import { aBatch, hash } from "../../store/store.testing.ts";
import { plainCalls, TEST_DEPLOYMENT, type TestNode, testNode } from "../context.testing.ts";
import { callStep } from "../execute/attempt.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import type { DisputeContext } from "./dispute-context.ts";
import { Lapses } from "./lapses.ts";

const ACTED = keccakText("Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)");
const DEADLINE_SEC = 10_000;
/** Seven ranks of 2 s, a verdict window of 20 s and the margin. */
const TURNS_SEC = 36;

const words = [wordHex(1), wordHex(2), wordHex(0), hash(9), wordHex(160), wordHex(0)];
const acted = {
  address: TEST_DEPLOYMENT.gateway,
  topics: [ACTED, hash(1), wordHex(0), wordHex(8)],
  data: `0x${words.map((word) => word.slice(2)).join("")}` as Hex,
  blockNumber: "0x6",
  blockHash: hash(6),
  transactionHash: hash(70),
  logIndex: "0x0",
};

let node: TestNode;
let lapses: Lapses;

beforeEach(async () => {
  node = testNode({ nowMs: (DEADLINE_SEC + TURNS_SEC) * 1000, calls: plainCalls() });
  const plan = aPlan([callStep("pay")]);
  await node.store.write((tables) => tables.intents.insert(anIntent(1, { plan })));
  node.ledger.logs = [acted];
  node.ledger.done.set(`${hash(1)}:0`, 3);
  lapses = new Lapses(node.context as unknown as DisputeContext);
});
afterEach(() => node.close());

function batch(changes: Partial<BatchRow> = {}): Promise<unknown> {
  const row = { deadlineSec: DEADLINE_SEC, mine: false, status: "expired", ...changes } as const;
  return node.store.write((tables) => tables.batches.insert(aBatch(3, row)));
}

test("what was done under a claim without a record is found, once every rank had its turn", async () => {
  await batch();
  node.clock.set((DEADLINE_SEC + TURNS_SEC - 1) * 1000);
  expect(await lapses.look()).toEqual([]);
  node.clock.set((DEADLINE_SEC + TURNS_SEC) * 1000);
  const found = { batchNo: 3, executionId: hash(1), step: 0 };
  expect(await lapses.look()).toMatchObject([found]);
  expect(await lapses.look()).toMatchObject([found]);
});

test("nobody tells on itself, on a whole record, or on what a later attempt adopted", async () => {
  await batch({ mine: true });
  expect(await lapses.look()).toEqual([]);
  await node.store.write((tables) =>
    tables.batches.update({ batchNo: 3 }, { mine: false, status: "recorded", posted: 1n }),
  );
  expect(await new Lapses(node.context as unknown as DisputeContext).look()).toEqual([]);
  await node.store.write((tables) =>
    tables.batches.update({ batchNo: 3 }, { status: "expired", posted: 0n }),
  );
  node.ledger.done.set(`${hash(1)}:0`, 4);
  expect(await new Lapses(node.context as unknown as DisputeContext).look()).toEqual([]);
});

test("what the contract refuses for an hour is given up", async () => {
  await batch();
  expect(await lapses.look()).toHaveLength(1);
  node.clock.set((DEADLINE_SEC + TURNS_SEC + 3600) * 1000);
  expect(await lapses.look()).toEqual([]);
});

test("on a ledger that stands still it says when to look: after the turns, and again while the contract refuses", async () => {
  node.clock.set((DEADLINE_SEC - 10) * 1000);
  expect(await lapses.look()).toEqual([]);
  expect(lapses.nextMs()).toBe(null);
  await batch();
  expect(lapses.nextMs()).toBe((DEADLINE_SEC + TURNS_SEC) * 1000);
  node.clock.set((DEADLINE_SEC + TURNS_SEC) * 1000);
  expect(await lapses.look()).toHaveLength(1);
  expect(lapses.nextMs()).toBe((DEADLINE_SEC + TURNS_SEC + 10) * 1000);
});
