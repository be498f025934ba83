import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cgroupFolders } from "./cgroup-folders.ts";
import { openCgroups } from "./cgroup-place.ts";

const V1_MOUNTS = [
  "30 25 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
  "31 25 0:27 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids",
  "32 25 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
].join("\n");

test("version 1 is taken where it has the controllers, with the path of each", () => {
  const groups = "8:pids:/\n4:memory:/a:b/c\n0::/\n";
  expect(cgroupFolders(groups, V1_MOUNTS)).toEqual({
    version: 1,
    memory: "/sys/fs/cgroup/memory/a:b/c",
    pids: "/sys/fs/cgroup/pids",
  });
});

test("version 2 has one folder, counted from what is mounted", () => {
  const mounts = "35 24 0:30 /machine /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate";
  expect(cgroupFolders("0::/machine/deed.service/node\n", mounts)).toEqual({
    version: 2,
    folder: "/sys/fs/cgroup/deed.service/node",
  });
  expect(cgroupFolders("0::/elsewhere\n", mounts)).toBe(null);
  expect(cgroupFolders("", "")).toBe(null);
});

const named = (name: string) => ({ name, recordsIn: null });
const ownFolders = () =>
  cgroupFolders(
    readFileSync("/proc/self/cgroup", "utf8"),
    readFileSync("/proc/self/mountinfo", "utf8"),
  );

test("a group limits what is in it and is gone afterwards", async (context) => {
  const folders = process.platform === "linux" ? ownFolders() : null;
  const place = openCgroups(named(`deed-test-${process.pid}`), folders);
  if (place === null || folders === null) return context.skip("no control group may be made here");
  const base = folders.version === 1 ? folders.pids : folders.folder;
  const run = place.open({ memoryBytes: 64 << 20, processes: 7 });
  const file = join(base, `deed-test-${process.pid}`, "1", "pids.max");
  expect(readFileSync(file, "utf8").trim()).toBe("7");
  await run.remove();
  expect(existsSync(file)).toBe(false);
  await place.close();
  expect(existsSync(join(base, `deed-test-${process.pid}`))).toBe(false);
});

test("groups of a pool are joined by the process itself, and go together", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deed-cgroup-"));
  writeFileSync(join(folder, "cgroup.controllers"), "memory pids");
  const place = openCgroups(named("node"), { version: 2, folder });
  if (place === null) throw new Error("it was refused");
  const pool = place.openPool(2, { memoryBytes: 1_000, processes: 1 });
  expect(pool.files).toEqual(
    ["1", "2"].map((group) => [join(folder, "node", group, "cgroup.procs")]),
  );
  expect(readFileSync(join(folder, "node", "2", "pids.max"), "utf8")).toBe("1");
  rmSync(folder, { recursive: true });
  await pool.remove();
  await place.close();
});

test("version 2: limits stand in files of the run's own group", async () => {
  // A folder like any other: what the kernel would do with the files is not seen here.
  const folder = mkdtempSync(join(tmpdir(), "deed-cgroup-"));
  writeFileSync(join(folder, "cgroup.controllers"), "memory pids");
  const place = openCgroups(named("node"), { version: 2, folder });
  if (place === null) throw new Error("it was refused");
  place.open({ memoryBytes: 1_000, processes: 3 }).add(1);
  const said = (name: string): string => readFileSync(join(folder, "node", name), "utf8");
  expect(said("cgroup.subtree_control")).toBe("+memory +pids");
  expect([said("1/memory.max"), said("1/pids.max"), said("1/cgroup.procs")]).toEqual([
    ...["1000", "3", "1"],
  ]);
  rmSync(folder, { recursive: true });
  await place.close();
});

test("where nothing may be made, nothing is", () => {
  const folder = mkdtempSync(join(tmpdir(), "deed-cgroup-"));
  const memory = join(folder, "memory");
  mkdirSync(memory);
  const place = openCgroups(named("x"), { version: 1, memory, pids: join(folder, "missing") });
  expect(place).toBe(null);
  expect(existsSync(join(memory, "x"))).toBe(false);
  expect(openCgroups(named("x"), { version: 2, folder: memory })).toBe(null);
  rmSync(folder, { recursive: true });
  expect(openCgroups(named("x"), null)).toBe(null);
});
