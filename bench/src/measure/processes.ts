import { readdirSync, readFileSync } from "node:fs";

// Linux counts CPU time for programs in hundredths of a second, on every architecture that Node runs on.
const MS_PER_TICK = 10;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly ownMs: number;
  /** Of ended children that it has waited for. */
  readonly waitedMs: number;
  /** The system's part of it. */
  readonly waitedSystemMs: number;
  /** Their page faults. */
  readonly waitedFaults: number;
}

/** CPU time of one role that processes play, under the names of their programs' files. */
export type CpuParts = Readonly<Record<string, number>>;

/** Resident and proportional memory. */
export interface Memory {
  readonly rssBytes: number;
  /** Shared pages count by their share. */
  readonly pssBytes: number;
}

/** Is there a `/proc` that tells about processes? */
export function canSeeProcesses(): boolean {
  return readStat(process.pid) !== null;
}

/** The processes and everything below them that lives. */
export function treeOf(roots: readonly number[]): readonly number[] {
  const all = allStats();
  const found = new Set(roots);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parentPid } of all) if (found.has(parentPid)) found.add(pid);
  }
  return [...found];
}

/** CPU time of the processes and everything below them so far, those that have ended included. */
export function cpuMsOf(roots: readonly number[]): number {
  return treeOf(roots)
    .map((pid) => readStat(pid))
    .reduce((sum, stat) => sum + (stat === null ? 0 : stat.ownMs + stat.waitedMs), 0);
}

/** The same, by program: the file that Node runs, else the program; `ended` is every child that is gone. */
export function cpuPartsOf(roots: readonly number[]): CpuParts {
  const parts: Record<string, number> = {};
  for (const pid of treeOf(roots)) {
    const stat = readStat(pid);
    if (stat === null) continue;
    const name = programOf(readProc(`/proc/${pid}/cmdline`) ?? "");
    parts[name] = (parts[name] ?? 0) + stat.ownMs;
    parts["ended"] = (parts["ended"] ?? 0) + stat.waitedMs;
  }
  return parts;
}

/** What ended children of the processes, and of everything below them, used in all. */
export function endedOf(
  roots: readonly number[],
): Pick<ProcessStat, "waitedSystemMs" | "waitedFaults"> {
  const stats = treeOf(roots).flatMap((pid) => readStat(pid) ?? []);
  return {
    waitedSystemMs: stats.reduce((sum, stat) => sum + stat.waitedSystemMs, 0),
    waitedFaults: stats.reduce((sum, stat) => sum + stat.waitedFaults, 0),
  };
}

/** Time of all processors of the machine since it started; null where nothing tells. */
export function machineTimes(): { readonly busyMs: number; readonly idleMs: number } | null {
  const words = /^cpu +(.*)$/m
    .exec(readProc("/proc/stat") ?? "")?.[1]
    ?.split(" ")
    .map(Number);
  if (words === undefined) return null;
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is in the first two.
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...interrupts] = words.slice(0, 8);
  const busy = interrupts.reduce((sum, ticks) => sum + ticks, user + nice + system);
  return { busyMs: busy * MS_PER_TICK, idleMs: (idle + wait) * MS_PER_TICK };
}

/** @param commandLine Of `/proc/PID/cmdline`: arguments with a NUL behind each. */
export function programOf(commandLine: string): string {
  const [program = "", ...rest] = commandLine.split("\0");
  const script = rest.find((argument) => /\.c?js$/.test(argument) && !argument.startsWith("-"));
  return (script ?? program).replace(/^.*\//, "").replace(/\.c?js$/, "") || "unknown";
}

/** Memory of the processes and everything below them. */
export function memoryOf(roots: readonly number[]): Memory {
  const sizes = treeOf(roots).map(readMemory);
  return {
    rssBytes: sizes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    pssBytes: sizes.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
  };
}

function allStats(): readonly ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): ProcessStat | null {
  const text = readProc(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(pid, text);
}

/** @param text Of `/proc/PID/stat`. The second field is a name that may hold anything, parentheses too. */
export function parseStat(pid: number, text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const msOf = (from: number): number =>
    (Number(fields[from]) + Number(fields[from + 1])) * MS_PER_TICK;
  return {
    ...{ pid, parentPid: Number(fields[1]), ownMs: msOf(11), waitedMs: msOf(13) },
    ...{ waitedSystemMs: Number(fields[14]) * MS_PER_TICK, waitedFaults: Number(fields[8]) },
  };
}

function readMemory(pid: number): Memory {
  const text = readProc(`/proc/${pid}/smaps_rollup`) ?? "";
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { rssBytes: bytes("Rss"), pssBytes: bytes("Pss") };
}

/** Null when the process has gone, or is not ours to see. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
