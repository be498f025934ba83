import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerEvent, RpcBlock } from "@deed/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hash, openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import type { Store } from "../../store/store.ts";
import { keptLog } from "../../telemetry/kept.testing.ts";
import { TEST_DEPLOYMENT } from "../context.testing.ts";
import { anIntent } from "../intent.testing.ts";
import { FollowerError, LedgerFollower } from "./ledger-follower.ts";

// A ledger's double: what the contracts never emit, and an endpoint that changes its chain.

const OPTIONS = { ownNodeNo: 1, chunkBlocks: 100 };
let store: Store;
let directory: ReturnType<typeof temporaryDirectory>;
/** Hash of block n is `branch * 1000 + n`. */
let branch: number;
let head: number;
let events: object[];

beforeEach(() => {
  directory = temporaryDirectory();
  store = openTestStore(join(directory.path, "store.db"));
  [branch, head, events] = [1, 5, []];
});
afterEach(() => {
  store.close();
  directory.remove();
});

function block(number: number): RpcBlock {
  const [own, parent] = [branch * 1000 + number, branch * 1000 + number - 1];
  return { number, hash: hash(own), parentHash: hash(parent), timestampSec: number } as RpcBlock;
}

function follower() {
  const ledger = {
    deployment: TEST_DEPLOYMENT,
    head: async () => block(head),
    block: async (number: number) => block(number),
    events: async () => events as LedgerEvent[],
  } as unknown as Ledger;
  const { lines, logger } = keptLog();
  const judgeIntent = () => ({ state: "refused", reason: "a test", isLocal: false }) as const;
  const parts = { ledger, store, judgeIntent, logger, nowMs: () => 0 };
  return { lines, follower: new LedgerFollower(OPTIONS, parts) };
}

function event(name: string, fields: object): object {
  const place = { blockNumber: 5, blockHash: hash(1005), txHash: hash(8), logIndex: 0 };
  return { name, place, ...fields };
}

const claimed = {
  batchNo: 1,
  nodeNo: 1,
  generation: 1,
  deadlineSec: 9,
  kind: 2,
  leaseClass: 4,
  accepted: 1n,
};
/** One interval entry: intent, ordinal. */
const entry = (intentNo: number): Hex =>
  `0x${intentNo.toString(16).padStart(8, "0")}${"1".padStart(16, "0")}`;

test("events that fit nothing are left out by their reason, and the block's others are kept", async () => {
  await store.write((tables) => tables.intents.put(anIntent(3)));
  events = [
    event("Unreadable", { topic: hash(77) }),
    event("Claimed", { ...claimed, batchNo: 2, items: entry(9) }),
    event("Claimed", { ...claimed, batchNo: 3, accepted: 2n, items: entry(3) }),
    event("Recorded", { batchNo: 8, posted: 0n, records: "0x" }),
    event("DisputeResolved", { disputeNo: 1, status: 9, guilty: 0, innocent: 0, slashedWei: 0n }),
    event("Claimed", { ...claimed, batchNo: 4, items: entry(3) }),
  ];
  const { follower: one, lines } = follower();
  expect((await one.step(0))?.block.number).toBe(5);
  expect(lines.map(({ level }) => level)).toEqual(lines.map(() => "error"));
  expect(lines.map(({ fields }) => [fields["code"], failureOf(fields)])).toEqual([
    ["FACT_UNREADABLE", undefined],
    ["FACT_SKIPPED", { code: "FACT_UNKNOWN_INTENT", intentNo: 9 }],
    ["FACT_SKIPPED", { code: "FACT_WITHOUT_ENTRY", batchNo: 3, index: 1 }],
    ["FACT_SKIPPED", { code: "FACT_UNKNOWN_BATCH", batchNo: 8 }],
    ["FACT_SKIPPED", { code: "FACT_UNKNOWN_STATUS", status: 9 }],
  ]);
  expect([2, 3, 4].map((batchNo) => store.read.batches.get({ batchNo })?.count)).toEqual([
    undefined,
    undefined,
    1,
  ]);
});

test("of an event that cannot be kept whole nothing is kept, neither can a roll-back bring any of it", async () => {
  await store.write((tables) => tables.intents.put(anIntent(3)));
  const seat = { nodeNo: 2, fault: 0n, unable: 0n, auditSeq: 2 ** 53, auditHead: hash(1) };
  const finalised = {
    ...{ batchNo: 4, draw: 0, fault: 0n, unable: 0n, pending: 0n, round: 7 },
    ...{ recordBlockHash: hash(1), reports: ["0x"] },
    seats: [{ ...seat, reportHash: hash(2), signature: "0x" }],
  };
  events = [
    event("Claimed", { ...claimed, batchNo: 4, items: entry(3) }),
    event("Finalised", finalised),
  ];
  const { follower: one, lines } = follower();
  await one.step(0);
  expect(lines.map(({ fields }) => fields["name"])).toEqual(["Finalised"]);
  expect(store.read.batches.get({ batchNo: 4 })).toMatchObject({
    ...{ status: "claimed", round: null, settledBlock: null },
  });
  expect(store.read.verdicts.ofDraw(4, 0)).toEqual([]);
});

function failureOf({ error }: { readonly error?: unknown }): unknown {
  return (error as { readonly failure?: unknown } | undefined)?.failure;
}

test.each([
  ["at the same height", 5],
  ["on the next block", 6],
  ["after a long absence", 900],
])("another chain than the one that was read is refused: %s", async (_when, later) => {
  const { follower: one } = follower();
  await one.step(0);
  expect(await one.step(0)).toBeNull();
  [branch, head] = [2, later];
  const failure = {
    code: "LEDGER_REWRITTEN",
    blockNumber: 5,
    known: hash(1005),
    found: hash(2005),
  } as const;
  await expect(one.step(0)).rejects.toEqual(new FollowerError(failure));
  expect(store.read.cursors.get({ chainId: 31337 })?.blockHash).toBe(hash(1005));
});
