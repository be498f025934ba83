import { readFileSync } from "node:fs";

/** A filling process gets some tens of megabytes further between two looks. */
const LOOK_EVERY_MS = 25;

export interface MemoryWatch {
  close(): void;
}

/**
 * Looks again and again what a process holds, in memory and swapped out, and calls back once when that is too much. The data
 * limit counts only pages that can be written now: what is full and then protected is seen by a memory group, or here.
 */
export function watchMemory(
  { pid, limitBytes }: { readonly pid: number; readonly limitBytes: number },
  onTooMuch: () => void,
): MemoryWatch {
  const timer = setInterval(() => {
    const held = heldBytes(pid);
    if (held !== null && held <= limitBytes) return;
    clearInterval(timer);
    if (held !== null) onTooMuch();
  }, LOOK_EVERY_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/** What a process holds in memory and swapped out; null where nothing tells, or it has gone. */
export function heldBytes(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const kilobytes = [...status.matchAll(/^Vm(?:RSS|Swap):\s+(\d+) kB$/gm)];
    if (kilobytes.length === 0) return null;
    return kilobytes.reduce((sum, [, text]) => sum + Number(text) * 1024, 0);
  } catch {
    return null;
  }
}
