import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { percentile } from "../measure/statistics.ts";
import {
  anonymousBytesOf,
  descendants,
  descriptorsOf,
  mountsOf,
  readProcess,
} from "./process-table.ts";

/** What the node and everything below it hold while nothing runs. */
export interface Inventory {
  /** Of the node, after a collection of garbage. */
  readonly rssBytes: number;
  /** What JavaScript holds in the node, buffers included. */
  readonly heapBytes: number;
  /** Of everything below the node: fork servers, and children that wait. */
  readonly belowRssBytes: number;
  /** What of it is no file's. */
  readonly belowAnonymousBytes: number;
  readonly descriptors: number;
  readonly belowDescriptors: number;
  readonly mounts: number;
  readonly belowMounts: number;
  readonly processes: number;
  readonly zombies: number;
  readonly cgroups: number;
  readonly files: number;
}

const SAMPLES = 5;
const BETWEEN_MS = 40;
const REST_MS = 1_000;
const LONGEST_MS = 20_000;
const LOOK_MS = 100;
const CGROUP_DEPTH = 6;

/** Waits until nothing changes any more, then counts. @param folder Where temporary files are. */
export async function takeInventory(folder: string): Promise<Inventory> {
  await atRest(folder);
  const samples: Inventory[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    collectGarbage();
    await pause(BETWEEN_MS);
    samples.push(look(folder));
  }
  const median = (name: keyof Inventory): number =>
    percentile(
      samples.map((sample) => sample[name]),
      50,
    ) ?? 0;
  const names = Object.keys(samples[0]!) as (keyof Inventory)[];
  return Object.fromEntries(names.map((name) => [name, median(name)])) as unknown as Inventory;
}

/** Processes, descriptors, groups and files stay as they are for a while; or the longest time is over. */
async function atRest(folder: string): Promise<void> {
  const startedMs = performance.now();
  let last = "";
  let sinceMs = startedMs;
  for (;;) {
    const nowMs = performance.now();
    const all = descendants();
    const now = [
      all.map(({ pid, isZombie }) => `${pid}${isZombie}`).join(),
      ...[descriptorsOf(process.pid), cgroupsOf(process.pid), filesIn(folder)],
    ].join(" ");
    if (now !== last) sinceMs = nowMs;
    last = now;
    if (nowMs - sinceMs >= REST_MS || nowMs - startedMs > LONGEST_MS) return;
    await pause(LOOK_MS);
  }
}

function look(folder: string): Inventory {
  const { heapUsed, external } = process.memoryUsage();
  const below = descendants();
  const sum = (of: (pid: number) => number): number =>
    below.reduce((total, { pid }) => total + of(pid), 0);
  return {
    rssBytes: readProcess(process.pid)?.rssBytes ?? 0,
    heapBytes: heapUsed + external,
    belowRssBytes: below.reduce((total, { rssBytes }) => total + rssBytes, 0),
    belowAnonymousBytes: sum(anonymousBytesOf),
    descriptors: descriptorsOf(process.pid),
    belowDescriptors: sum(descriptorsOf),
    mounts: mountsOf(process.pid),
    belowMounts: sum(mountsOf),
    processes: below.length,
    zombies: below.filter(({ isZombie }) => isZombie).length,
    cgroups: cgroupsOf(process.pid),
    files: filesIn(folder),
  };
}

/** Control groups that carry the node's number. */
function cgroupsOf(pid: number): number {
  const own = `deed-${pid}-`;
  return foldersBelow("/sys/fs/cgroup", CGROUP_DEPTH).filter((path) => path.includes(own)).length;
}

function foldersBelow(folder: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`)
      .flatMap((path) => [path, ...foldersBelow(path, depth - 1)]);
  } catch {
    return [];
  }
}

function filesIn(folder: string): number {
  return readdirSync(folder, { recursive: true }).length;
}

let collect: (() => void) | null = null;

function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
