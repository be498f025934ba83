import { readdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { processStat } from "./process-stat.ts";

/** Time on a processor, from which on a run stands back; an honest one uses a few milliseconds. */
const LONG_USE_MS = 50;
const FIRST_LOOK_MS = 100;
/** A third of the weight of others: three such runs on two processors leave honest ones more than half, and none starves. */
const RANK_BEHIND = 5;

export interface UseWatch {
  close(): void;
}

/** Looks now and then how long a process has computed from now on; one that does on and on stands back. */
export function watchUse(pid: number): UseWatch {
  const atStart = processStat(pid)?.usedMs ?? null;
  let timer: NodeJS.Timeout | undefined;
  const lookIn = (afterMs: number): void => {
    timer = setTimeout(() => {
      const used = processStat(pid)?.usedMs ?? null;
      if (used === null || atStart === null) return;
      if (used - atStart < LONG_USE_MS) lookIn(2 * afterMs);
      else standBack(pid);
    }, afterMs);
    timer.unref();
  };
  if (atStart !== null) lookIn(FIRST_LOOK_MS);
  return { close: () => clearTimeout(timer) };
}

/** Gives all others three times its weight, as far as the system lets this node say so. */
export function standBack(pid: number): void {
  for (const thread of threadsOf(pid)) attempt(() => setPriority(thread, RANK_BEHIND));
  // Where the system shares time between sessions first, a process has its rank among its own alone.
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(RANK_BEHIND)));
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
