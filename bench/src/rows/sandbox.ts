import { openProcessSandbox, type RunJob, type Sandbox } from "@deed/node/parts";
import { wordHex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { benchWorkflow } from "../network/bench-workflow.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const IN_FLIGHT = 2;
const CONTAINER_STARTS_PER_SECOND = 500;
const ANCHOR = { number: 1, hash: wordHex(1) };

/** Fresh places for runs, each used once by the two-step workflow, whose request is answered at once. */
export async function sandbox(context: RowContext): Promise<readonly Figure[]> {
  const opened = await openProcessSandbox();
  try {
    const { seconds, signal } = context;
    const job = jobOfBench();
    await runOnce(opened, job, signal);
    const loop = await closedLoop({ inFlight: IN_FLIGHT, seconds, signal }, () =>
      runOnce(opened, job, signal),
    );
    const { ms, ...rate } = rateOf(loop);
    return [
      {
        what: `${opened.level}, ${IN_FLIGHT} in flight`,
        ...{ value: rate.perSecond, unit: "1/s", batchSize: null },
        ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples },
        // The goal is that of a container; a process is shown beside it.
        goal: { atLeast: CONTAINER_STARTS_PER_SECOND },
        detail: { level: opened.level, reason: opened.reason },
      },
    ];
  } finally {
    await opened.close();
  }
}

async function runOnce(opened: Sandbox, job: RunJob, signal: AbortSignal): Promise<void> {
  const result = await opened.execute(job, answer, signal);
  if (result.kind === "done") return;
  const { code } = result.failure;
  throw new BenchError({ code: "UNEXPECTED_RESULT", reason: `a run ended with ${code}` });
}

async function answer(request: EffectRequest): Promise<EffectResult> {
  const times = { startedMs: 1, endedMs: 2, anchor: ANCHOR };
  const body = request.kind === "http" ? (request.request.body ?? "") : "";
  return { ...times, status: 0, output: { status: 200, headers: {}, body } };
}

function jobOfBench(): RunJob {
  const yaml = benchWorkflow({ echoUrl: "http://127.0.0.1:1", expires: "2099-01-01T00:00:00Z" });
  const compiled = compileWorkflow(yaml, { chains: { ledger: 1, others: [] } });
  if (!compiled.ok) {
    const reason = compiled.diagnostics.map(({ code }) => code).join(", ");
    throw new BenchError({ code: "UNEXPECTED_RESULT", reason });
  }
  const { plan } = compiled;
  return {
    plan,
    occurrence: {
      executionId: wordHex(2),
      occurrenceId: wordHex(3),
      nowSec: 1,
      payload: {
        ...{ kind: "manual", ordinal: 1, input: { n: 1 }, firedAtSec: 1, validUntilSec: 2 },
        signature: `0x${"00".repeat(65)}`,
      },
    },
    start: { attempt: 1, startedMs: 1, anchor: ANCHOR },
    limits: { wallMs: 20_000, outputBytes: 1024 * 1024, effects: 16 },
  };
}
