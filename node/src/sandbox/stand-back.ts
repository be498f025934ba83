import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Time on a processor, from which on a run stands back; an honest one uses a few milliseconds. */
const LONG_USE_MS = 50;
const FIRST_LOOK_MS = 100;
const LOWEST_PRIORITY = 19;
/** Linux counts for programs in hundredths of a second. */
const MS_PER_TICK = 10;

export interface UseWatch {
  close(): void;
}

/** Looks now and then how long a process has computed from now on; one that does on and on gets what the others leave. */
export function watchUse(pid: number): UseWatch {
  const atStart = usedMs(pid);
  let timer: NodeJS.Timeout | undefined;
  const lookIn = (afterMs: number): void => {
    timer = setTimeout(() => {
      const used = usedMs(pid);
      if (used === null || atStart === null) return;
      if (used - atStart < LONG_USE_MS) lookIn(2 * afterMs);
      else standBack(pid);
    }, afterMs);
    timer.unref();
  };
  if (atStart !== null) lookIn(FIRST_LOOK_MS);
  return { close: () => clearTimeout(timer) };
}

/** Lets all others go first, as far as the system lets this node say so. */
export function standBack(pid: number): void {
  for (const thread of threadsOf(pid)) attempt(() => setPriority(thread, LOWEST_PRIORITY));
  // Where the system shares time between sessions first, a process has its rank among its own alone.
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(LOWEST_PRIORITY)));
}

/** Its own and the system's for it; null where nothing tells, or the process has gone. */
function usedMs(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return null;
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** A node without the right keeps its limits, and loses only this courtesy. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
}
