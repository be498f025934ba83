import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SILENT } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { SqlDatabase } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./open-database.ts";
import { aBatch, anExecution, hash, openTestStore, temporaryDirectory } from "./store.testing.ts";
import { openStore, type Store } from "./store.ts";
import { StoreError, type StoreFailure } from "./store-error.ts";
import type { Tables } from "./tables.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
const opened: Store[] = [];

beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, "node.db");
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  directory.remove();
});

function open(): Store {
  const store = openTestStore(path);
  opened.push(store);
  return store;
}

function failureOf(action: () => unknown): StoreFailure {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) return error.failure;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("writes", () => {
  test("a write can be read when its promise resolves, not before", async () => {
    const store = open();
    const written = store.write((tables) => tables.executions.insert(anExecution(1)));
    expect(store.read.executions.get({ executionId: hash(1) })).toBeNull();
    await written;
    expect(store.read.executions.get({ executionId: hash(1) })).toEqual(anExecution(1));
  });

  test("the writes of one turn are one commit", async () => {
    const metrics = createMetrics({ labels: {}, ofProcess: false });
    const store = openStore({ path }, { logger: SILENT, metrics });
    opened.push(store);
    const touched: string[][] = [];
    store.onCommit((tables) => touched.push([...tables].sort()));
    await Promise.all([
      store.write((tables) => tables.executions.insert(anExecution(1))),
      store.write((tables) => tables.batches.insert(aBatch(1))),
      store.write((tables) => tables.executions.insert(anExecution(2))),
    ]);
    expect(touched).toEqual([["batches", "executions"]]);
    expect(await metrics.text()).toMatch(/deed_store_writes_total 3/);
  });

  test("a write that throws takes back its own rows and leaves the others", async () => {
    const store = open();
    const [first, second, third] = await Promise.allSettled([
      store.write((tables) => tables.executions.insert(anExecution(1))),
      store.write((tables) => {
        tables.executions.insert(anExecution(2));
        tables.executions.insert(anExecution(1));
      }),
      store.write((tables) => tables.executions.insertIfAbsent(anExecution(1))),
    ]);
    expect(first.status).toBe("fulfilled");
    expect(second).toMatchObject({
      status: "rejected",
      reason: { failure: { code: "STORE_STATEMENT_FAILED" } },
    });
    expect(third).toEqual({ status: "fulfilled", value: false });
    expect(store.read.executions.count()).toBe(1);
  });

  test("writing outside a write is refused", async () => {
    const store = open();
    let escaped: Tables | undefined;
    await store.write((tables) => {
      escaped = tables;
    });
    expect(failureOf(() => escaped!.meta.put({ key: "a", value: "b" }))).toEqual({
      code: "STORE_WRITE_OUTSIDE",
      table: "meta",
    });
  });

  test("a turn that cannot be committed keeps nothing of any write, and the next one is whole", async () => {
    const database = new SqlDatabase(new Database(path));
    database.exec("CREATE TABLE parent (a INTEGER PRIMARY KEY)");
    database.exec("CREATE TABLE child (a INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
    database.pragma("foreign_keys = ON");
    const commits = new GroupCommit(database, () => undefined);
    // SQLite finds what is missing when the turn is committed, not before.
    const turn = ["INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (2)"].map((sql) =>
      commits.add(() => database.run(sql)),
    );
    for (const end of await Promise.allSettled(turn)) {
      expect(end).toMatchObject({ reason: { failure: { code: "STORE_COMMIT_FAILED" } } });
    }
    await commits.add(() => database.run("INSERT INTO parent VALUES (3)"));
    expect(database.get("SELECT count(*) AS rows, max(a) AS a FROM parent")).toEqual({
      rows: 1,
      a: 3,
    });
    database.close();
  });

  test("close keeps what waits, and refuses what comes later", async () => {
    const store = open();
    const written = store.write((tables) => tables.meta.put({ key: "a", value: "b" }));
    store.close();
    await written;
    await expect(store.write(() => undefined)).rejects.toMatchObject({
      failure: { code: "STORE_CLOSED" },
    });
    expect(open().read.meta.value("a")).toBe("b");
  });
});

describe("rows", () => {
  test("a batch keeps bitmaps of 256 bits and its bytes", async () => {
    const store = open();
    const batch = aBatch(7, {
      posted: (1n << 256n) - 1n,
      records: Uint8Array.from([1, 2, 3]),
      round: 4,
      status: "recorded",
    });
    await store.write((tables) => tables.batches.insert(batch));
    const [read] = store.read.batches.ofRound(4);
    expect(read).toEqual(batch);
    const again = store.read.batches.get({ batchNo: 7 });
    expect({ ...again, records: [...again!.records!] }).toEqual({ ...batch, records: [1, 2, 3] });
  });

  test("update changes the named fields only", async () => {
    const store = open();
    await store.write((tables) => tables.executions.insert(anExecution(1)));
    const key = { executionId: hash(1) };
    const changed = await store.write((tables) =>
      tables.executions.update(key, { state: "claimed", batchNo: 3, nextRankAtMs: null }),
    );
    expect(changed).toBe(true);
    expect(store.read.executions.get(key)).toEqual(
      anExecution(1, { state: "claimed", batchNo: 3, nextRankAtMs: null }),
    );
    const absent = { executionId: hash(2) };
    expect(await store.write((tables) => tables.executions.update(absent, { state: "void" }))).toBe(
      false,
    );
  });

  test("a value of the wrong type never reaches the library", async () => {
    const store = open();
    const row = { key: "a", value: true as unknown as string };
    await expect(store.write((tables) => tables.meta.put(row))).rejects.toMatchObject({
      failure: { code: "STORE_BAD_VALUE", column: "meta.value", actual: "boolean" },
    });
  });

  test("bits of a batch select its executions", async () => {
    const store = open();
    await store.write((tables) => {
      for (let index = 0; index < 4; index += 1) {
        tables.executions.insert(
          anExecution(index, { batchNo: 1, batchIndex: index, state: "done" }),
        );
      }
      return tables.executions.updateStateOfBatch(1, 0b1010n, "recorded", 5);
    });
    expect(store.read.executions.ofBatch(1).map(({ state }) => state)).toEqual([
      "done",
      "recorded",
      "done",
      "recorded",
    ]);
  });

  test("due executions come in the order of their time, when it has come", async () => {
    const store = open();
    await store.write((tables) => {
      for (const number of [3, 1, 2, 4]) tables.executions.insert(anExecution(number));
    });
    expect(store.read.executions.nextClaimableMs()).toBe(1_000_001);
    const due = store.read.executions.claimable(1_000_003, 10);
    expect(due.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
  });

  test("looking for what is due reads an index, however many executions there are", () => {
    open().close();
    const database = new Database(path);
    const plan = database
      .prepare(
        "EXPLAIN QUERY PLAN SELECT * FROM executions WHERE state = 'due' AND next_rank_at_ms <= ? ORDER BY next_rank_at_ms LIMIT ?",
      )
      .all(1, 1) as { readonly detail: string }[];
    database.close();
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringContaining("USING INDEX executions_by_rank"),
    ]);
  });

  test("every table's columns are those of the schema", () => {
    const store = open();
    for (const table of Object.values(store.read)) expect(table.select("0")).toEqual([]);
  });
});

describe("opening", () => {
  test("a second opening gets the rows back", async () => {
    const first = open();
    await first.write((tables) => tables.executions.insert(anExecution(1)));
    first.close();
    expect(open().read.executions.count()).toBe(1);
  });

  test("a store that somebody has open is refused", () => {
    open();
    expect(failureOf(open)).toEqual({ code: "STORE_LOCKED", path });
  });

  test("a file that is no database is refused", () => {
    writeFileSync(path, "this is not a database, it is a text that is long enough to be read");
    expect(failureOf(open)).toMatchObject({ code: "STORE_CORRUPT", path });
  });

  test("a schema from the future is refused", () => {
    open().close();
    const database = new Database(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(failureOf(open)).toEqual({ code: "STORE_SCHEMA_NEWER", path, found: 99, known: 9 });
  });

  test("the database of another program is refused", () => {
    const database = new Database(path);
    database.exec("CREATE TABLE theirs (a)");
    database.close();
    expect(failureOf(open)).toEqual({ code: "STORE_FOREIGN", path, applicationId: 0 });
  });

  test("a directory that is not there is refused", () => {
    path = join(directory.path, "absent", "node.db");
    expect(failureOf(open)).toMatchObject({ code: "STORE_UNOPENABLE" });
  });

  test("a step of the schema that fails changes nothing, and says which", () => {
    const database = new SqlDatabase(new Database(path));
    const first = { to: 1, sql: "CREATE TABLE one (a INTEGER)" };
    migrate(database, path, [first]);
    const broken = { to: 2, sql: "CREATE TABLE two (a INTEGER); INSERT INTO three VALUES (1)" };
    expect(failureOf(() => migrate(database, path, [first, broken]))).toEqual({
      code: "STORE_MIGRATION_FAILED",
      to: 2,
      reason: expect.stringContaining("three"),
    });
    expect(Number(database.pragma("user_version"))).toBe(1);
    expect(database.get("SELECT count(*) AS tables FROM sqlite_master")).toEqual({ tables: 1 });
    database.close();
  });

  test("a store that would not survive a power cut is refused", () => {
    // SQLite keeps no journal of what is in memory.
    expect(failureOf(() => openDatabase(":memory:"))).toEqual({
      code: "STORE_NOT_DURABLE",
      journal: "memory",
      synchronous: 2,
    });
    rmSync(":memory:.lock", { force: true });
  });
});
