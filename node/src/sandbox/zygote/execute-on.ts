import type { ChildLimits } from "../limit-args.ts";
import { runWithin } from "../run-within.ts";
import type { EffectHandler, RunJob, RunResult } from "../sandbox.ts";
import type { ForkServer } from "./fork-server.ts";

/** The server's clock is the second hand on a run: it acts where the node's own is late. */
const DEADLINE_GRACE_MS = 500;
const LARGEST_WORD = 0xffff_ffff;

/** One run on a server that is up. Its process is told to end before this resolves, and gone soon after. */
export async function executeOn(
  server: ForkServer,
  own: ChildLimits,
  job: RunJob,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunResult> {
  const run = server.start({
    deadlineMs: Math.min(job.limits.wallMs + DEADLINE_GRACE_MS, LARGEST_WORD),
    cpuSec: Math.min(own.cpuSec, job.limits.cpuSec ?? own.cpuSec),
    memoryMb: 2 * Math.min(own.memoryMb, job.limits.memoryMb ?? own.memoryMb),
    outputBytes: Math.min(job.limits.outputBytes, LARGEST_WORD),
  });
  try {
    return await runWithin(run, job, broker, signal);
  } finally {
    run.kill();
  }
}
