import { driveRun, type RunPeer, stopped } from "./drive-run.ts";
import type { EffectHandler, RunJob, RunResult } from "./sandbox.ts";

/** Drives a run until it ends, its wall clock does, or the caller wants no more. Does not kill it. */
export function runWithin(
  child: RunPeer,
  job: RunJob,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunResult> {
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      inner.abort();
    };
    const end = (result: RunResult): void => {
      settle();
      resolve(result);
    };
    const abort = (): void => end(stopped({ code: "ABORTED" }));
    const { wallMs } = job.limits;
    const timer = setTimeout(() => end(stopped({ code: "WALL_CLOCK", limitMs: wallMs })), wallMs);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    else {
      driveRun(child, job, broker, inner.signal).then(end, (error: unknown) => {
        settle();
        reject(error);
      });
    }
  });
}
