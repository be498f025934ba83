import { type RunOutcome, run } from "@deed/protocol/runtime";
import type { ChildLimits } from "../limit-args.ts";
import type { RunResult } from "../sandbox.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";
import { executeOn } from "./execute-on.ts";
import type { ForkServer } from "./fork-server.ts";
import { SAMPLE_OCCURRENCE, SAMPLE_PLAN, SAMPLE_START, sampleAnswer } from "./server/sample-job.ts";

const LIMITS = { wallMs: 10_000, outputBytes: 1 << 20, effects: 100 };
const BAD_SYSTEM_CALL = 31;

/**
 * Everything rests on how V8 and Node behave after a fork, which nobody promises: each new server
 * shows first that a run is right, and that one which reaches outside dies. @throws SandboxUnavailable
 */
export async function checkServer(server: ForkServer, limits: ChildLimits): Promise<void> {
  await checkTranscript(server, limits);
  await checkFilter(server, limits);
}

/** The sample inside and beside: both must give one transcript. */
async function checkTranscript(server: ForkServer, limits: ChildLimits): Promise<void> {
  const job = {
    plan: SAMPLE_PLAN,
    occurrence: SAMPLE_OCCURRENCE,
    start: SAMPLE_START,
    limits: LIMITS,
  };
  const broker = async (request: Parameters<typeof sampleAnswer>[0]) => sampleAnswer(request);
  const never = new AbortController().signal;
  const result = await executeOn(server, limits, job, broker, never);
  if (JSON.stringify(result) !== JSON.stringify(expected())) {
    failed(`a sample run gave ${summaryOf(result)}`);
  }
}

/** A run that opens a file must be killed for the attempt. */
async function checkFilter(server: ForkServer, { cpuSec, memoryMb }: ChildLimits): Promise<void> {
  const { wallMs: deadlineMs, outputBytes } = LIMITS;
  const run = server.start({ deadlineMs, cpuSec, memoryMb: 2 * memoryMb, outputBytes });
  run.send({ type: "probe" });
  const end = await run.ended;
  if (end?.signal !== BAD_SYSTEM_CALL) {
    failed(`a run that opened a file ended with ${JSON.stringify(end)}`);
  }
}

function failed(detail: string): never {
  throw new SandboxUnavailable({ code: "SELF_TEST_FAILED", detail });
}

function expected(): RunResult {
  const steps = run(SAMPLE_PLAN, SAMPLE_OCCURRENCE, SAMPLE_START);
  let next = steps.next();
  while (next.done !== true) next = steps.next(sampleAnswer(next.value));
  const outcome: RunOutcome = next.value;
  return { kind: "done", outcome };
}

function summaryOf(result: RunResult): string {
  return result.kind === "done" ? "another transcript" : JSON.stringify(result.failure);
}
