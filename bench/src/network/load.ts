import { type CpuParts, cpuPartsOf } from "../measure/processes.ts";
import type { RowContext } from "../row.ts";
import { type BenchNetwork, type Fired, openBenchNetwork } from "./bench-network.ts";

/** What happened inside the window that was measured. */
export interface LoadResult {
  readonly ended: readonly Fired[];
  readonly elapsedMs: number;
  /** CPU time of chain, nodes, signers, sandboxes; not of this process, which is client and echo. */
  readonly cpuMs: number;
  /** The same by program, in milliseconds. */
  readonly cpuParts: CpuParts;
  /** Executions in a batch, on average. */
  readonly batchSize: number | null;
}

/** Executions on their way at one time. */
export const IN_FLIGHT = 64;

/** Keeps 64 executions on their way, measures from when 64 have ended, and lets the last ones end. */
export async function load(context: RowContext): Promise<LoadResult> {
  const bench = await openBenchNetwork(context);
  try {
    context.say(`${IN_FLIGHT} executions in flight for ${context.seconds} s`);
    return await loadOf(bench, context);
  } finally {
    await bench.close();
  }
}

async function loadOf(bench: BenchNetwork, { seconds, signal }: RowContext): Promise<LoadResult> {
  const ended: Fired[] = [];
  const state = { toMs: Number.POSITIVE_INFINITY };
  let warmedUp = (): void => undefined;
  const warm = new Promise<void>((resolve) => {
    warmedUp = resolve;
  });
  const lane = async (): Promise<void> => {
    while (performance.now() < state.toMs) {
      ended.push(await bench.fire(signal));
      if (ended.length >= IN_FLIGHT) warmedUp();
    }
  };
  const lanes = Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  await Promise.race([warm, lanes]);
  const fromMs = performance.now();
  state.toMs = fromMs + seconds * 1000;
  const before = cpuPartsOf(bench.pids);
  await Promise.race([until(state.toMs), lanes]);
  const cpuParts = since(before, cpuPartsOf(bench.pids));
  const cpuMs = Object.values(cpuParts).reduce((sum, partMs) => sum + partMs, 0);
  const elapsedMs = performance.now() - fromMs;
  await lanes;
  const within = ended.filter(({ finalMs }) => finalMs >= fromMs && finalMs < fromMs + elapsedMs);
  const batches = new Set(within.map(({ batchNo }) => batchNo));
  const batchSize = batches.size === 0 ? null : sizeOf(ended, batches) / batches.size;
  return { ended: within, elapsedMs, cpuMs, cpuParts, batchSize };
}

/** A process that ended meanwhile stands under `ended` now, and its time before the window goes from there too. */
function since(before: CpuParts, after: CpuParts): CpuParts {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
  );
}

function sizeOf(ended: readonly Fired[], batches: ReadonlySet<number>): number {
  return ended.filter(({ batchNo }) => batches.has(batchNo)).length;
}

/** The window is a time, not an event: nothing else says when it is over. */
export async function until(atMs: number): Promise<void> {
  const waitMs = Math.max(0, atMs - performance.now());
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
