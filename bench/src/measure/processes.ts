import { readdirSync, readFileSync } from "node:fs";

// Linux counts CPU time for programs in hundredths of a second, on every architecture that Node runs on.
const MS_PER_TICK = 10;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** Its own time, and that of ended children that it has waited for. */
  readonly cpuMs: number;
}

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
    .map((pid) => readStat(pid)?.cpuMs ?? 0)
    .reduce((sum, cpuMs) => sum + cpuMs, 0);
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
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parentPid: Number(fields[1]), cpuMs: ticks * MS_PER_TICK };
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
