import { cpuMsOf } from "../measure/processes.ts";
import { percentile } from "../measure/statistics.ts";
import { closedLoop } from "../measure/timing.ts";
import type { Restate } from "./open-restate.ts";

export interface RestateLoad {
  readonly executions: number;
  readonly elapsedMs: number;
  /** Server and worker; client and echo are this process. */
  readonly cpuMs: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface RestateLoadOptions {
  readonly inFlight: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const WARM_UP_SECONDS = 2;

/** A closed loop, after a warm-up. */
export async function restateLoad(
  peer: Restate,
  options: RestateLoadOptions,
): Promise<RestateLoad> {
  const { signal } = options;
  const work = (): Promise<void> => peer.execute(signal);
  await closedLoop({ ...options, seconds: WARM_UP_SECONDS }, work);
  const before = cpuMsOf(peer.pids);
  const { durationsMs, elapsedMs } = await closedLoop(options, work);
  return {
    executions: durationsMs.length,
    elapsedMs,
    cpuMs: cpuMsOf(peer.pids) - before,
    p50: percentile(durationsMs, 50),
    p99: percentile(durationsMs, 99),
  };
}
