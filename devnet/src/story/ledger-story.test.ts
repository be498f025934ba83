import {
  denseOccurrenceId,
  executionId,
  FAULT_NUMBERS,
  packEntries,
  wordHex,
} from "@deed/protocol/encoding";
import type { Deployment, LedgerEvent, LedgerFact } from "@deed/sdk";
import { expect, test } from "vitest";
import { LedgerStory } from "./ledger-story.ts";

const deployment = { chainId: 31337, executions: `0x${"22".repeat(20)}` } as Deployment;
const intentHash = wordHex(7);
const name = executionId(deployment, intentHash, denseOccurrenceId("interval", 1));
const place = { blockNumber: 1, blockHash: wordHex(1), txHash: wordHex(2), logIndex: 0 };
const OPEN = 1;
const UPHELD = 2;
const REJECTED = 3;

/** A story whose only execution was reported for a wrong step at leaf 4. */
function disputed(): { story: LedgerStory; tell: (fact: object) => void } {
  const story = new LedgerStory(deployment);
  const tell = (fact: object): void => {
    story.apply({ ...(fact as LedgerFact), place } as LedgerEvent, 1_800_000_000);
  };
  const intent = { name: "sample", kind: 2, period: 1, start: 0 };
  tell({ name: "Registered", intentNo: 1, intentHash, intent });
  const items = packEntries([{ kind: "interval", intentNo: 1, ordinal: 1 }]);
  tell({ name: "Claimed", batchNo: 3, nodeNo: 5, kind: 2, accepted: 1n, items });
  const dispute = { fault: FAULT_NUMBERS.WrongStep, leaf: 4, accusedNo: 5, status: OPEN };
  tell({ name: "DisputeOpened", disputeNo: 1, batchNo: 3, index: 0, dispute });
  return { story, tell };
}

const resolved = { name: "DisputeResolved", disputeNo: 1, guilty: 5, innocent: 0, slashedWei: 9n };

test("an open dispute shows the fault that was reported, an upheld one the fault that the vote found", () => {
  const { story, tell } = disputed();
  const reported = { fault: "WrongStep", leaf: 4 };
  expect(story.disputes.get(1)).toMatchObject({ ...reported, outcome: "open" });
  expect(story.executions.get(name)).toMatchObject(reported);
  tell({ ...resolved, status: UPHELD, fault: FAULT_NUMBERS.WrongEffect, leaf: 2 });
  const found = { fault: "WrongEffect", leaf: 2 };
  expect(story.disputes.get(1)).toMatchObject({ ...found, outcome: "upheld", slashedWei: 9n });
  expect(story.executions.get(name)).toMatchObject(found);
});

test("a vote that finds nothing leaves the report as it was", () => {
  const { story, tell } = disputed();
  tell({ ...resolved, status: REJECTED, fault: 0, leaf: 0 });
  const reported = { fault: "WrongStep", leaf: 4 };
  expect(story.disputes.get(1)).toMatchObject({ ...reported, outcome: "rejected" });
  expect(story.executions.get(name)).toMatchObject(reported);
});
