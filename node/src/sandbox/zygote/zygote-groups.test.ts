import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planOf } from "../../broker/broker.testing.ts";
import { type CgroupPlace, openCgroups } from "../cgroup/cgroup-place.ts";
import { TEST_LIMITS } from "../sandbox.testing.ts";
import type { RunJob } from "../sandbox.ts";
import { executeOn } from "./execute-on.ts";
import { startForkServer } from "./fork-server.ts";
import { descendants, serverOptions, type ZygoteTools, zygoteTools } from "./zygote.testing.ts";

const limits = { memoryMb: 64, cpuSec: 10 };
const NAME = `deed-${process.pid}-groups`;
let tools: ZygoteTools;
let place: CgroupPlace | null;

beforeAll(async () => {
  tools = await zygoteTools();
  place = openCgroups({ name: NAME, recordsIn: null });
});
afterAll(async () => {
  await place?.close();
  if (tools.kind === "ready") await rm(dirname(tools.hostilePath), { recursive: true });
});

const groupsOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .split("\n")
    .filter((line) => line.includes(NAME))
    .map((line) => line.replace(/^.*\//, ""));

test("runs at once have a control group each, later ones have it again, and none is left", async (context) => {
  if (tools.kind === "missing") return context.skip(tools.reason);
  const { addonPath, hostilePath: bundlePath } = tools;
  const { runs } = serverOptions({ addonPath, bundlePath });
  const openGroups = () => place?.openPool(runs, { memoryBytes: 64 << 20, processes: 1 }) ?? null;
  const server = await startForkServer(serverOptions({ addonPath, bundlePath, openGroups }));
  if (place === null) {
    await server.close();
    return context.skip("no control group may be made here");
  }
  const seen: string[][] = [];
  const job: RunJob = {
    plan: { ...planOf(), name: "wait" },
    occurrence: {} as RunJob["occurrence"],
    start: {} as RunJob["start"],
    limits: TEST_LIMITS,
  };
  const abort = new AbortController();
  const twice = async (): Promise<void> => {
    let waiting = 0;
    let bothWait: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      bothWait = resolve;
    });
    const look = async () => {
      waiting += 1;
      if (waiting === 2) bothWait();
      await both;
      const all = descendants(server.pid!).map(groupsOf);
      seen.push([...new Set(all.flat())].sort());
      return {} as never;
    };
    await Promise.all([1, 2].map(() => executeOn(server, limits, job, look, abort.signal)));
    await server.drained();
  };
  await twice();
  await twice();
  for (const groups of seen) expect(groups).toEqual(["1", "2"]);
  expect(seen).toHaveLength(4);
  await server.close();
  // The place goes only when no group is in it.
  await place.close();
  place = null;
});
