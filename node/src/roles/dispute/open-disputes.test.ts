import { afterEach, expect, test } from "vitest";
import { aBatch } from "../../store/store.testing.ts";
import { plainCalls, type TestNode, testNode } from "../context.testing.ts";
import type { DisputeContext } from "./dispute-context.ts";
import { DisputeOpener } from "./open-disputes.ts";

const DEADLINE_SEC = 10_000;

let node: TestNode;
afterEach(() => node.close());

test("a claim whose lease ends without a record is reported although no block wakes anybody", async () => {
  node = testNode({ nowMs: (DEADLINE_SEC - 5) * 1000, calls: plainCalls() });
  const opener = new DisputeOpener(node.context as unknown as DisputeContext);
  expect(await opener.look()).toBe(null);
  const row = { deadlineSec: DEADLINE_SEC, mine: false, status: "claimed" } as const;
  await node.store.write((tables) => tables.batches.insert(aBatch(3, row)));
  let wakesAtMs = await opener.look();
  expect(wakesAtMs).toBe((DEADLINE_SEC + 3) * 1000);
  // Each look is at the time that the one before named: first its own turn, then the report.
  for (let looks = 0; looks < 5 && node.transactions.wishes.length === 0; looks += 1) {
    node.clock.set(wakesAtMs ?? 0);
    wakesAtMs = await opener.look();
  }
  expect(node.transactions.wishes.map(({ purpose }) => purpose)).toEqual(["lost-claim:3:1:0"]);
});
