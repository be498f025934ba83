import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anExecution, hash, openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";
import { compareStores } from "./compare-stores.ts";
import { LEDGER_TABLES, OWN_TABLES } from "./ledger-tables.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let stores: readonly [Store, Store];

beforeEach(() => {
  directory = temporaryDirectory();
  stores = [
    openTestStore(join(directory.path, "live.db")),
    openTestStore(join(directory.path, "rebuilt.db")),
  ];
});
afterEach(() => {
  for (const store of stores) store.close();
  directory.remove();
});

const [held, done] = [
  { ...anExecution(1), batchNo: 1, batchIndex: 0, state: "claimed" },
  { ...anExecution(2), batchNo: 1, batchIndex: 1, state: "final" },
] as const;

async function fill(store: Store, fill: (tables: Tables) => void): Promise<void> {
  await store.write((tables) => {
    tables.executions.insert(held);
    tables.executions.insert(done);
    tables.cursors.put({ chainId: 1, blockNumber: 5, blockHash: hash(5) });
    fill(tables);
  });
}

async function differences(change: (tables: Tables) => void): Promise<unknown[]> {
  await fill(stores[0], change);
  await fill(stores[1], () => undefined);
  const compared = compareStores(stores[0].read, stores[1].read);
  return compared.flatMap(({ name, differences }) =>
    differences.map((difference) => ({ name, ...difference })),
  );
}

test("what a node does and sees by itself is no difference", async () => {
  const found = await differences((tables) => {
    const { executionId } = held;
    tables.executions.update(
      { executionId },
      { state: "running", payload: null, reason: "x", updatedMs: 77, nextRankAtMs: 5 },
    );
    tables.executions.insert(anExecution(3));
    tables.preimages.put({ round: 9, operatorNo: 1, preimage: hash(1) });
  });
  expect(found).toEqual([]);
  const [live, rebuilt] = stores;
  const preimages = compareStores(live.read, rebuilt.read).find(({ name }) => name === "preimages");
  expect(preimages).toMatchObject({ rows: 0, early: 1 });
});

test.each<[string, (tables: Tables) => void, object]>([
  [
    "a value that differs",
    (tables) =>
      tables.executions.update({ executionId: done.executionId }, { transcriptRoot: hash(66) }),
    { name: "executions", row: done.executionId, column: "transcriptRoot" },
  ],
  [
    "another state on the ledger",
    (tables) => tables.executions.update({ executionId: done.executionId }, { state: "void" }),
    { column: "state", live: '"void"', rebuilt: '"final"' },
  ],
  [
    "a row too few",
    (tables) => tables.cursors.delete({ chainId: 1 }),
    { name: "cursors", row: "1", column: null, live: null, rebuilt: "a row" },
  ],
  [
    "a row too many",
    (tables) =>
      tables.rounds.put({
        round: 1,
        openBlock: 1,
        seed: null,
        closedAtSec: null,
        closedBlock: null,
      }),
    { name: "rounds", row: "1", column: null, live: "a row", rebuilt: null },
  ],
])("%s is told by its place", async (_, change, expected) => {
  expect(await differences(change)).toEqual([expect.objectContaining(expected)]);
});

test("every table is compared, or there is a reason why it cannot be", () => {
  const named = [...LEDGER_TABLES.map(({ name }) => name), ...Object.keys(OWN_TABLES)].sort();
  expect(named).toEqual(Object.keys(stores[0].read).sort());
});
