import { DEFAULT_SANDBOX } from "@deed/node";
import { chooseSandbox, type RunJob, type Sandbox } from "@deed/node/parts";
import { wordHex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { type CpuParts, canSeeProcesses, cpuPartsOf } from "../measure/processes.ts";
import { rounded } from "../measure/statistics.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { benchWorkflow } from "../network/bench-workflow.ts";
import { BenchError, type Figure, type Goal, type RowContext } from "../row.ts";

const IN_FLIGHT = [1, 2, 4, 16];
/** Of the seconds given, before anything is measured. */
const WARM_UP = 0.05;
const ANCHOR = { number: 1, hash: wordHex(1) };

interface Subject {
  readonly adapter: Sandbox["adapter"];
  readonly network: "own" | "shared";
  /** Starts per second. */
  readonly goal: Goal | null;
}

/** A process for each run is shown beside the containers. */
const SUBJECTS: readonly Subject[] = [
  { adapter: "zygote", network: "own", goal: { atLeast: 350 } },
  { adapter: "zygote", network: "shared", goal: { atLeast: 500 } },
  { adapter: "bubblewrap", network: "own", goal: null },
  { adapter: "process", network: "own", goal: null },
];

/** Fresh places for runs, each used once by the two-step workflow, whose request is answered at once. */
export async function sandbox(context: RowContext): Promise<readonly Figure[]> {
  const secondsEach = context.seconds / SUBJECTS.length / (IN_FLIGHT.length + WARM_UP);
  const figures: Figure[] = [];
  for (const subject of SUBJECTS) {
    const opened = await openSandbox(subject);
    if (typeof opened === "string") {
      figures.push(notMeasured(subject, opened));
      continue;
    }
    try {
      const each = { ...context, seconds: secondsEach };
      await measured(opened, subject, IN_FLIGHT[0]!, { ...each, seconds: secondsEach * WARM_UP });
      for (const inFlight of IN_FLIGHT) {
        figures.push(await measured(opened, subject, inFlight, each));
      }
    } finally {
      await opened.close();
    }
  }
  if (figures.every(({ value }) => value === null)) {
    throw new BenchError({ code: "CANNOT_RUN", reason: "no sandbox works here" });
  }
  return figures;
}

/** It, or why not. */
async function openSandbox({ adapter, network }: Subject): Promise<Sandbox | string> {
  const path = "/usr/local/bin:/usr/bin:/bin";
  const wishes = { ...DEFAULT_SANDBOX, adapter, network, path };
  const { sandbox: opened, notTaken } = await chooseSandbox(wishes);
  return opened ?? notTaken.map(({ why }) => why).join("; ");
}

async function measured(
  opened: Sandbox,
  subject: Subject,
  inFlight: number,
  { seconds, signal }: RowContext,
): Promise<Figure> {
  const job = jobOfBench();
  const before = cpuPartsOf([process.pid]);
  const loop = await closedLoop({ inFlight, seconds, signal }, () => runOnce(opened, job, signal));
  const { ms, ...rate } = rateOf(loop);
  const cpuMs = canSeeProcesses() ? cpuPerRun(before, cpuPartsOf([process.pid]), ms.samples) : null;
  return {
    what: `${subject.adapter}, ${opened.level}, ${inFlight} in flight`,
    ...{ value: rate.perSecond, unit: "1/s", batchSize: null },
    ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples },
    // One at a time leaves a core idle; the goal is for two and more.
    goal: inFlight > 1 ? subject.goal : null,
    detail: { reason: opened.reason, cpuMs },
  };
}

function notMeasured({ adapter, network, goal }: Subject, reason: string): Figure {
  return {
    what: `${adapter}, network ${network}`,
    ...{ value: null, unit: "1/s", batchSize: null, p50: null, p99: null, samples: 0 },
    ...{ goal, detail: { reason } },
  };
}

/** Milliseconds of CPU by program; `ended` are the runs themselves. */
function cpuPerRun(before: CpuParts, after: CpuParts, runs: number): CpuParts {
  const used = Object.entries(after).map(
    ([name, ms]) => [name, rounded((ms - (before[name] ?? 0)) / runs) ?? 0] as const,
  );
  return Object.fromEntries(used.filter(([, ms]) => ms > 0));
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
