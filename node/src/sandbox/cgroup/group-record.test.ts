import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { selfEntry } from "../../self-entry.ts";
import { recordGroups, removeLeftGroups } from "./group-record.ts";

// Folders like any other stand for groups: of those, too, only empty ones can be removed.
let data: string;
let groups: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "deed-records-"));
  groups = mkdtempSync(join(tmpdir(), "deed-groups-"));
});
afterEach(() => {
  for (const folder of [data, groups]) rmSync(folder, { recursive: true });
});

const group = (...names: readonly string[]): string => {
  const path = join(groups, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};

/** A node that writes down its groups and is killed. */
async function killedOwner(name: string, folders: readonly string[]): Promise<void> {
  const { path, execArgv } = selfEntry(
    "./group-owner.testing",
    new URL("./group-owner.testing.ts", import.meta.url).href,
  );
  const owner = spawn(process.execPath, [...execArgv, path, data, name, ...folders], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(owner.stdout!, "data");
  const ended = once(owner, "exit");
  owner.kill("SIGKILL");
  await ended;
}

test("what a dead node wrote down is taken away, its runs' groups included, and nothing beside it", async () => {
  const made = [group("deed-1"), group("deed-2")];
  group("deed-1", "7");
  const beside = [group("deed-3"), group("deed-1-of-somebody")];
  await killedOwner("one", made);
  removeLeftGroups(data);
  expect(made.filter(existsSync)).toEqual([]);
  expect(beside.filter(existsSync)).toEqual(beside);
  expect(readdirSync(data)).toEqual([]);
});

test("what is still in use stays, and is taken away later", async () => {
  const made = group("deed-1");
  const foreign = group("deed-1", "foreign");
  await killedOwner("one", [made]);
  removeLeftGroups(data);
  expect([existsSync(foreign), readdirSync(data).length]).toEqual([true, 1]);
  rmSync(foreign, { recursive: true });
  removeLeftGroups(data);
  expect([existsSync(made), readdirSync(data).length]).toEqual([false, 0]);
});

test("a node that lives keeps its own, until it forgets them", () => {
  const made = group("deed-1");
  const forget = recordGroups(data, "one", [made]);
  removeLeftGroups(data);
  expect([existsSync(made), readdirSync(data).length]).toEqual([true, 1]);
  forget();
  removeLeftGroups(data);
  expect([existsSync(made), readdirSync(data).length]).toEqual([true, 0]);
});

test("a number that another process has by now is no owner", () => {
  const made = group("deed-1");
  recordGroups(data, "one", [made]);
  const [name = ""] = readdirSync(data);
  rewrite(name, { bornTicks: "1" });
  removeLeftGroups(data);
  expect(existsSync(made)).toBe(false);
});

test("of a record from before the machine's start only the record goes", () => {
  const made = group("deed-1");
  recordGroups(data, "one", [made]);
  const [name = ""] = readdirSync(data);
  rewrite(name, { bootId: "another" });
  removeLeftGroups(data);
  expect([existsSync(made), readdirSync(data).length]).toEqual([true, 0]);
});

test("what is no record is left alone", () => {
  const made = group("deed-1");
  const dead = { pid: 1, bornTicks: "1", bootId: "another" };
  const files = {
    "sandbox-groups-torn.json": '{"owner":',
    "sandbox-groups-odd.json": JSON.stringify({ owner: dead, folders: [1] }),
    "other.json": JSON.stringify({ owner: dead, folders: [made] }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text);
  removeLeftGroups(data);
  expect(readdirSync(data).sort()).toEqual(Object.keys(files).sort());
  expect(existsSync(made)).toBe(true);
});

function rewrite(name: string, owner: object): void {
  const path = join(data, name);
  const record = JSON.parse(readFileSync(path, "utf8")) as { readonly owner: object };
  writeFileSync(path, JSON.stringify({ ...record, owner: { ...record.owner, ...owner } }));
}
