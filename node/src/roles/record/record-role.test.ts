import { afterEach, beforeEach, expect, test } from "vitest";
import type { ExecutionRow } from "../../store/executions.ts";
import { aBatch, anExecution, hash } from "../../store/store.testing.ts";
import { plainCalls, readPlain, type TestNode, testNode } from "../context.testing.ts";
import { RecordRole } from "./record-role.ts";

const DEADLINE_SEC = 1_040;
/** The margin of the devnet is 10 s: half of it belongs to the record. */
const LATEST_MS = (DEADLINE_SEC - 5) * 1000;

let node: TestNode;
let stop: AbortController;
let running: Promise<void>;

beforeEach(() => {
  node = testNode({ nowMs: 1_005_000, calls: plainCalls() });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  node.close();
});

function recordOf(no: number): `0x${string}` {
  return `0x${no.toString(16).padStart(2, "0").repeat(128)}`;
}

const items = [1, 2, 3].map((no) => ({
  executionId: hash(no),
  intentNo: 1,
  attempt: 1,
  ordinal: no,
  t0Sec: 1_000,
}));

/** Batch 7 with three executions in the given states. */
async function start(...states: readonly ExecutionRow["state"][]): Promise<void> {
  await node.store.write((tables) => {
    tables.batches.insert(aBatch(7, { deadlineSec: DEADLINE_SEC, count: states.length, items }));
    for (const [index, state] of states.entries()) {
      const no = index + 1;
      const record = state === "done" ? recordOf(no) : null;
      const held = { batchNo: 7, batchIndex: index, holderNode: 1, t0Sec: 1_000 };
      tables.executions.insert(anExecution(no, { state, record, ...held }));
      const body = new TextEncoder().encode(`{"no":${no}}`);
      if (state === "done") {
        tables.bundles.insert({ executionId: hash(no), attempt: 1, sha256: hash(no), body });
      }
    }
  });
  const pushes = { pushTimeoutMs: 1_000, firstRetryMs: 0, longestRetryMs: 0 };
  running = new RecordRole({ pushes, retryMs: 10 }, node.context).run(stop.signal);
}

function bundle(): string {
  return Buffer.from(node.store.read.batchBundles.get({ batchNo: 7 })!.body).toString();
}

test("a batch whose executions are done is kept, given to two others, signed and posted", async () => {
  await start("done", "done", "done");
  await node.transactions.wished(1);
  const [wish] = node.transactions.wishes;
  expect(wish?.purpose).toBe("record:7");
  const { name, args } = readPlain(wish!.call);
  expect(name).toBe("record");
  expect(args[0]).toMatchObject({ batchNo: 7, posted: "7", auditSeq: 1 });
  expect(bundle()).toBe('{"no":1}\n{"no":2}\n{"no":3}\n');
  expect(node.pushed).toEqual([
    { nodeNo: 2, batchNo: 7 },
    { nodeNo: 3, batchNo: 7 },
  ]);
  const records = `0x${[1, 2, 3].map((no) => recordOf(no).slice(2)).join("")}`;
  expect(node.signed).toMatchObject([{ batchNo: 7, posted: 7n, records, items }]);
});

test("it waits for what runs, and goes when that has ended", async () => {
  await start("done", "running", "done");
  await node.store.write((tables) => tables.meta.put({ key: "a", value: "" }));
  expect(node.transactions.wishes).toEqual([]);
  await node.store.write((tables) => {
    tables.executions.update({ executionId: hash(2) }, { state: "claimed", reason: "WALL_CLOCK" });
  });
  node.context.wakers.of("record").wake();
  await node.transactions.wished(1);
  expect(node.signed).toMatchObject([{ posted: 5n }]);
  expect(bundle()).toBe('{"no":1}\n{"no":3}\n');
});

test("near the deadline it goes with what is done", async () => {
  await start("done", "running", "claimed");
  node.clock.set(LATEST_MS);
  node.context.wakers.of("record").wake();
  await node.transactions.wished(1);
  expect(node.signed).toMatchObject([{ posted: 1n }]);
});

test("what an earlier process signed is posted as it was signed", async () => {
  node.signed.push({ batchNo: 7, items, posted: 2n, records: recordOf(2) });
  await start("done", "done", "done");
  await node.transactions.wished(1);
  const { args } = readPlain(node.transactions.wishes[0]!.call);
  expect(args[0]).toMatchObject({ posted: "2", records: recordOf(2) });
  expect(bundle()).toBe('{"no":2}\n');
});

test("a batch is recorded once", async () => {
  await start("done", "done", "done");
  await node.transactions.wished(1);
  for (let turn = 0; turn < 3; turn += 1) {
    await node.store.write((tables) => tables.runs.insert(aRun(turn)));
  }
  expect(node.transactions.wishes).toHaveLength(1);
});

test("nothing done is nothing recorded", async () => {
  await start("claimed", "claimed");
  node.clock.set(LATEST_MS);
  node.context.wakers.of("record").wake();
  await node.store.write((tables) => tables.runs.insert(aRun(0)));
  expect(node.transactions.wishes).toEqual([]);
  expect(node.signed).toEqual([]);
});

function aRun(no: number) {
  const run = { executionId: hash(90 + no), attempt: 1, batchNo: 9, processId: "p" };
  return { ...run, state: "running", startedMs: 0, endedMs: null } as const;
}
