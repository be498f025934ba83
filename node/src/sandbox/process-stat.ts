import { readFileSync } from "node:fs";

/** Linux counts for programs in hundredths of a second. */
const MS_PER_TICK = 10;

/** What the system tells of a process. */
export interface ProcessStat {
  readonly parentPid: number;
  /** Time on processors, the system's for it included. */
  readonly usedMs: number;
}

/** Null where nothing tells, or the process has gone. */
export function processStat(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const usedMs = (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
    return { parentPid: Number(fields[1]), usedMs };
  } catch {
    return null;
  }
}
