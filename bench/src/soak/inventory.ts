import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { percentile } from "../measure/statistics.ts";
import {
  anonymousBytesOf,
  descendants,
  descriptorsOf,
  isForkServer,
  mountsOf,
  readProcess,
  SERVER_DEPTH,
} from "./process-table.ts";

/** What the node and everything below it hold while nothing runs. */
export interface Inventory {
  /** Of the node, after a collection of garbage. */
  readonly rssBytes: number;
  /** What JavaScript holds in the node, buffers included. */
  readonly heapBytes: number;
  /** Of everything below the node, children that wait among it; each fork server counts `SERVER_BYTES`. */
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
const LONGEST_MS = 60_000;
const LOOK_MS = 100;
const CGROUP_DEPTH = 6;
/**
 * For each fork server, whatever it holds: it is renewed, and from one to the next differs by 20 MiB before it has
 * run anything (huge pages, or none). How each grows while it lives is looked at for itself.
 */
const SERVER_BYTES = 40 * 2 ** 20;

/** Waits until nothing changes any more, then counts. @param folder Where temporary files are. */
export async function takeInventory(folder: string): Promise<Inventory> {
  const limitMs = performance.now() + LONGEST_MS;
  let samples: readonly Inventory[];
  let before: string;
  do {
    before = await atRest(folder, limitMs);
    samples = await takeSamples(folder);
    // A server that was renewed meanwhile stood twice in the samples.
  } while (held(folder) !== before && performance.now() < limitMs);
  return medianOf(samples);
}

async function takeSamples(folder: string): Promise<readonly Inventory[]> {
  const samples: Inventory[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    collectGarbage();
    await pause(BETWEEN_MS);
    samples.push(look(folder));
  }
  return samples;
}

function medianOf(samples: readonly Inventory[]): Inventory {
  const median = (name: keyof Inventory): number =>
    percentile(
      samples.map((sample) => sample[name]),
      50,
    ) ?? 0;
  const medians: { -readonly [Name in keyof Inventory]: number } = { ...samples[0]! };
  for (const name of Object.keys(medians) as (keyof Inventory)[]) medians[name] = median(name);
  return medians;
}

/**
 * Everything held stays as it is for a while, and nothing below computes; or the longest time is over. Gives what is
 * held. On a busy machine a fork server that is being started changes nothing for long, but it computes.
 */
async function atRest(folder: string, limitMs: number): Promise<string> {
  let last = "";
  let sinceMs = performance.now();
  for (;;) {
    const nowMs = performance.now();
    const holding = held(folder);
    const now = `${holding} ${cpuTicksBelow()}`;
    if (now !== last) sinceMs = nowMs;
    last = now;
    if (nowMs - sinceMs >= REST_MS || nowMs > limitMs) return holding;
    await pause(LOOK_MS);
  }
}

/** Processes, and how many descriptors, groups and files: for comparison only. */
function held(folder: string): string {
  const processes = descendants().map(({ pid, isZombie }) => `${pid}${isZombie}`);
  return [
    ...[processes.join(), descriptorsOf(process.pid)],
    ...[cgroupsOf(process.pid), filesIn(folder)],
  ].join(" ");
}

function cpuTicksBelow(): number {
  return descendants().reduce((total, { cpuTicks }) => total + cpuTicks, 0);
}

function look(folder: string): Inventory {
  const { heapUsed, external } = process.memoryUsage();
  const below = descendants();
  const sum = (of: (pid: number) => number): number =>
    below.reduce((total, { pid }) => total + of(pid), 0);
  const servers = new Set(
    below.filter((each) => each.depth === SERVER_DEPTH && isForkServer(each)).map(({ pid }) => pid),
  );
  const memory = (of: (pid: number) => number): number =>
    sum((pid) => (servers.has(pid) ? SERVER_BYTES : of(pid)));
  return {
    rssBytes: readProcess(process.pid)?.rssBytes ?? 0,
    heapBytes: heapUsed + external,
    belowRssBytes: memory((pid) => readProcess(pid)?.rssBytes ?? 0),
    belowAnonymousBytes: memory(anonymousBytesOf),
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
