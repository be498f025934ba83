import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SqlDatabase } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { type OwnDatabase, openDatabase } from "./open-database.ts";

const FULL = 2;
const NORMAL = 1;

let directory: string;
let own: OwnDatabase;
let commits: GroupCommit;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deed-commit-"));
  own = openDatabase(join(directory, "store.db"));
  own.database.exec("CREATE TABLE seen (at INTEGER)");
  commits = new GroupCommit(own.database, () => undefined);
});
afterEach(() => {
  own.close();
  rmSync(directory, { recursive: true });
});

/** Inserts a row. @returns how the connection flushes at that moment. */
function insert(database: SqlDatabase): unknown {
  database.touch("seen");
  database.run("INSERT INTO seen VALUES (1)");
  return database.pragma("synchronous");
}

test("what is derived is committed without a flush; anything beside it in the turn, and after it, is flushed", async () => {
  const put = (isFlushed: boolean) => commits.add(() => insert(own.database), isFlushed);
  expect(await put(true)).toBe(FULL);
  expect(await put(false)).toBe(NORMAL);
  expect(await put(false)).toBe(NORMAL);
  expect(await Promise.all([put(false), put(true)])).toEqual([FULL, FULL]);
  expect(await put(true)).toBe(FULL);
  expect(own.database.get("SELECT count(*) AS rows FROM seen")).toEqual({ rows: 6 });
});

test("a derived write that fails takes back its own rows alone", async () => {
  const failed = commits.add(() => {
    insert(own.database);
    throw new RangeError("no");
  }, false);
  const kept = commits.add(() => insert(own.database), false);
  await expect(failed).rejects.toThrow("no");
  await kept;
  expect(own.database.get("SELECT count(*) AS rows FROM seen")).toEqual({ rows: 1 });
});
