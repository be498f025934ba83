import {
  BROKER_DEFAULTS,
  Broker,
  ClaimMemory,
  type EffectHandler,
  type RunJob,
  type RunLimits,
  type RunResult,
  resolveBySystem,
} from "@deed/node/parts";
import { wordHex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import { type EffectResult, type RunOutcome, run } from "@deed/protocol/runtime";
import type { TargetServer } from "./target-server.ts";
import type { Plans, Workflow } from "./workflows.ts";

/** One run, and what tells whether it ended as it must. */
export interface SoakRun {
  readonly job: RunJob;
  readonly broker: EffectHandler;
  readonly signal: AbortSignal;
  isRight(result: RunResult): boolean;
  close(): void;
}

/** A run as it came about: its job, and the answers that it got. */
export interface Seen {
  readonly job: RunJob;
  readonly results: readonly EffectResult[];
}

/** Is it right? */
export type Judge = (result: RunResult, seen: Seen) => boolean;

/** What runs are made of. */
export interface SoakTools {
  readonly plans: Plans;
  honest(workflow: Workflow, n: number, limits: Partial<RunLimits>, judge: Judge): SoakRun;
  close(): void;
}

const ANCHOR = { number: 1, hash: wordHex(1) };
const LIMITS: RunLimits = { wallMs: 30_000, outputBytes: 1 << 20, effects: 100 };
/** More than the broker keeps connections of. */
const INTENTS = 200;
const LIST = Array.from({ length: 30 }, (_, index) => index);

/** A broker as a node has it, in front of the target. */
export function openTools(plans: Plans, target: TargetServer): SoakTools {
  const once = new ClaimMemory();
  const origins = [target.url, target.closedUrl];
  // As many requests as the machine does: the rate is tested elsewhere.
  const rate = { ...BROKER_DEFAULTS.rate, perSecond: 1e6, burst: 1e6 };
  const broker = new Broker(
    { ...BROKER_DEFAULTS, privateOrigins: new Set(origins), rate },
    {
      clock: { nowMs: Date.now },
      anchor: () => ANCHOR,
      once,
      call: () => Promise.reject(new TypeError("no chain here")),
      resolve: resolveBySystem,
    },
  );
  const honest: SoakTools["honest"] = (workflow, n, limits, judge) => {
    const job = jobOf(plans[workflow], n, limits);
    const { executionId } = job.occurrence;
    once.claimed(executionId);
    const door = broker.open({
      ...{ plan: job.plan, executionId, intentHash: wordHex(n % INTENTS) },
      ...{ attempt: 1, refusal: () => null },
    });
    const results: EffectResult[] = [];
    return {
      job,
      broker: async (request, signal) => {
        const result = await door.handle(request, signal);
        results.push(result);
        return result;
      },
      signal: new AbortController().signal,
      isRight: (result) => judge(result, { job, results }),
      close() {
        door.close();
        once.forget(executionId);
      },
    };
  };
  return { plans, honest, close: () => broker.close() };
}

/** Run number `n`, fired by hand with it. */
export function jobOf(plan: Plan, n: number, limits: Partial<RunLimits>): RunJob {
  return {
    plan,
    occurrence: {
      executionId: wordHex(n),
      occurrenceId: wordHex(n),
      nowSec: 1_800_000_000,
      payload: {
        ...{ kind: "manual", ordinal: n, firedAtSec: 1, validUntilSec: 2 },
        input: { n, text: `run ${n} ${"·".repeat(n % 2_000)}`, list: LIST },
        signature: `0x${"00".repeat(65)}`,
      },
    },
    start: { attempt: 1, startedMs: 1_800_000_000_123, anchor: ANCHOR },
    limits: { ...LIMITS, ...limits },
  };
}

/** The outcome is what the interpreter gives here for the same answers. */
export function isReplayed(
  result: RunResult,
  { job, results }: Seen,
): result is RunResult & { kind: "done" } {
  if (result.kind !== "done") return false;
  const steps = run(job.plan, job.occurrence, job.start);
  const answers = [...results];
  let next = steps.next();
  while (next.done !== true) {
    const answer = answers.shift();
    if (answer === undefined) return false;
    next = steps.next(answer);
  }
  return answers.length === 0 && JSON.stringify(next.value) === JSON.stringify(result.outcome);
}

/** The first leaf of that kind; undefined where there is none, or no outcome. */
export function leafOf(
  result: RunResult,
  kind: RunOutcome["leaves"][number]["kind"],
): RunOutcome["leaves"][number] | undefined {
  return result.kind === "done"
    ? result.outcome.leaves.find((leaf) => leaf.kind === kind)
    : undefined;
}
