import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readStore } from "./read-store.ts";
import { anExecution, hash, openTestStore, temporaryDirectory } from "./store.testing.ts";

let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

test("who only looks sees each commit of the owner, and cannot write", async () => {
  const path = join(directory.path, "node.db");
  const store = openTestStore(path);
  const reader = readStore(path);
  try {
    expect(reader.read.executions.get({ executionId: hash(1) })).toBeNull();
    await store.write((tables) => tables.executions.insert(anExecution(1)));
    expect(reader.read.executions.get({ executionId: hash(1) })?.ordinal).toBe(1);
    expect(reader.read).not.toHaveProperty("write");
  } finally {
    reader.close();
    store.close();
  }
});

test("a snapshot stays as it was, whatever the owner writes", async () => {
  const path = join(directory.path, "node.db");
  const store = openTestStore(path);
  await store.write((tables) => tables.executions.insert(anExecution(1)));
  const snapshot = readStore(path, { snapshot: true });
  try {
    await store.write((tables) => tables.executions.insert(anExecution(2)));
    expect(store.read.executions.count()).toBe(2);
    expect(snapshot.read.executions.count()).toBe(1);
  } finally {
    snapshot.close();
    store.close();
  }
});

test("a store that is not there is not made", () => {
  const path = join(directory.path, "none.db");
  expect(() => readStore(path)).toThrow("STORE_UNOPENABLE");
  expect(existsSync(path)).toBe(false);
});
