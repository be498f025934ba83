import { cpuMsOf } from "../measure/processes.ts";
import type { RowContext } from "../row.ts";
import { type BenchNetwork, type Fired, openBenchNetwork } from "./bench-network.ts";

/** What happened inside the window that was measured. */
export interface LoadResult {
  readonly ended: readonly Fired[];
  readonly elapsedMs: number;
  /** CPU time of chain, nodes, signers, sandboxes; not of this process, which is client and echo. */
  readonly cpuMs: number;
  /** Executions in a batch, on average. */
  readonly batchSize: number | null;
}

const IN_FLIGHT = 64;
const WARM_UP_SHARE = 0.3;

/** Keeps 64 executions on their way, measures a window of it, and lets the last ones end. */
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
  await bench.fire(signal);
  const startedMs = performance.now();
  const fromMs = startedMs + seconds * WARM_UP_SHARE * 1000;
  const toMs = fromMs + seconds * 1000;
  const lane = async (): Promise<void> => {
    while (performance.now() < toMs) ended.push(await bench.fire(signal));
  };
  const lanes = Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const window = measuredWindow(bench, { fromMs, toMs });
  await Promise.all([lanes, window]);
  const { cpuMs, elapsedMs } = await window;
  const within = ended.filter(({ finalMs }) => finalMs >= fromMs && finalMs < fromMs + elapsedMs);
  const batches = new Set(within.map(({ batchNo }) => batchNo));
  const batchSize = batches.size === 0 ? null : sizeOf(ended, batches) / batches.size;
  return { ended: within, elapsedMs, cpuMs, batchSize };
}

function sizeOf(ended: readonly Fired[], batches: ReadonlySet<number>): number {
  return ended.filter(({ batchNo }) => batches.has(batchNo)).length;
}

async function measuredWindow(
  { pids }: BenchNetwork,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<{ readonly cpuMs: number; readonly elapsedMs: number }> {
  await until(fromMs);
  const before = { cpuMs: cpuMsOf(pids), atMs: performance.now() };
  await until(toMs);
  const after = { cpuMs: cpuMsOf(pids), atMs: performance.now() };
  return { cpuMs: after.cpuMs - before.cpuMs, elapsedMs: after.atMs - before.atMs };
}

/** The window is a time, not an event: nothing else says when it is over. */
export async function until(atMs: number): Promise<void> {
  const waitMs = Math.max(0, atMs - performance.now());
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
