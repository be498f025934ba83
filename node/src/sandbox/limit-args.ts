import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ownCodeBytes } from "./code-range.ts";

/** Stacks and tables of Node's own threads, measured at 48 MB on Node 20. */
const NODE_DATA_MB = 128;
/** Node 20 with the child's code has 45 MB in memory, most of it file pages. */
const NODE_RESIDENT_MB = 64;
const TOOL_TIMEOUT_MS = 5_000;

export interface ChildLimits {
  readonly memoryMb: number;
  readonly cpuSec: number;
}

/**
 * What one container's process may hold in private memory: JavaScript's heap, as much again beside it, and Node itself. Its room
 * for machine code is taken when it starts and leaves no more for anything else.
 */
export function dataBytes(memoryMb: number): number {
  return (NODE_DATA_MB + 2 * memoryMb) * 1024 * 1024 + ownCodeBytes();
}

/** What of one container may lie in memory, for its control group: as above, with less for what Node only reserves. */
export function residentBytes(memoryMb: number): number {
  return (NODE_RESIDENT_MB + 2 * memoryMb) * 1024 * 1024;
}

/** Arguments of `prlimit` for a new child. */
export function limitArgs(limits: ChildLimits): readonly string[] {
  return [
    ...["--core=0", "--fsize=0", "--nofile=64"],
    ...[`--data=${dataBytes(limits.memoryMb)}`, `--cpu=${limits.cpuSec}`],
  ];
}

/**
 * Lowers the limits of a process that runs already; a higher wish than its own limit is none.
 *
 * @param prlimit The program, and before it what makes its user the process's own.
 */
export async function lowerLimits(
  prlimit: readonly [string, ...string[]],
  pid: number,
  own: ChildLimits,
  wish: Partial<ChildLimits>,
): Promise<void> {
  const memoryMb = Math.min(own.memoryMb, wish.memoryMb ?? own.memoryMb);
  const cpuSec = Math.min(own.cpuSec, wish.cpuSec ?? own.cpuSec);
  const [file, ...before] = prlimit;
  const args = [...before, `--pid=${pid}`, `--data=${dataBytes(memoryMb)}`, `--cpu=${cpuSec}`];
  await promisify(execFile)(file, args, { env: {}, timeout: TOOL_TIMEOUT_MS });
}
