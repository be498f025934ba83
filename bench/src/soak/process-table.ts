import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4_096;
/** A fork server is the node's child's child's child, and its runs lie below it. */
export const SERVER_DEPTH = 3;

/** A process of this machine, as `/proc` has it. */
export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly isZombie: boolean;
  /** Ticks from the machine's start to its own: tells it from a later one with its number. */
  readonly bornTicks: number;
  /** Time of processors that it took. */
  readonly cpuTicks: number;
  readonly rssBytes: number;
}

/** Everything below a process, zombies included, with the number of steps down to it. */
export function descendants(root: number = process.pid): readonly (Process & { depth: number })[] {
  const all = allProcesses();
  const depths = new Map([[root, 0]]);
  for (let before = -1; before !== depths.size; ) {
    before = depths.size;
    for (const { pid, parentPid } of all) {
      const depth = depths.get(parentPid);
      if (depth !== undefined) depths.set(pid, depth + 1);
    }
  }
  return all.flatMap((each) => {
    const depth = depths.get(each.pid) ?? 0;
    return depth === 0 ? [] : [{ ...each, depth }];
  });
}

/** Null when it has gone. */
export function readProcess(pid: number): Process | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is a name that may hold anything, parentheses too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (index: number): number => Number(fields[index]);
  return {
    ...{ pid, parentPid: number(1), isZombie: fields[0] === "Z", bornTicks: number(19) },
    cpuTicks: number(11) + number(12),
    rssBytes: number(21) * PAGE_BYTES,
  };
}

/** How many files it holds open; 0 when it has gone, or may not be looked at. */
export function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

export function mountsOf(pid: number): number {
  return (readText(`/proc/${pid}/mountinfo`) ?? "").split("\n").length - 1;
}

/** Memory that is no file's. Unlike its share of files it does not depend on who else runs. */
export function anonymousBytesOf(pid: number): number {
  const text = readText(`/proc/${pid}/smaps_rollup`) ?? "";
  return Number(/^Anonymous:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Its parent, which made its container, has given itself a name. */
export function isForkServer({ parentPid }: Process): boolean {
  return (readText(`/proc/${parentPid}/cmdline`) ?? "").startsWith("deed-fork-server");
}

function allProcesses(): readonly Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
