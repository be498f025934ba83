import { type HttpStep, type Plan, planRoots, type Step } from "@deed/protocol/plan";
import { type HttpRequest, type RunOutcome, run } from "@deed/protocol/runtime";
import type { LiveSandbox } from "../../sandbox/live-sandbox.ts";
import type { EffectHandler, PlacedResult, RunJob } from "../../sandbox/sandbox.ts";
import { aBatch, anExecution, hash } from "../../store/store.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import type { Attempt } from "./attempt.ts";

export function httpStep(id: string, url: string, fields: Partial<HttpStep> = {}): HttpStep {
  return {
    kind: "http",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 1, backoffMs: 0 },
    timeoutMs: 5_000,
    inputLevel: "proven",
    outputLevel: "recorded",
    method: "POST",
    url,
    origin: new URL(url).origin,
    headers: {},
    body: null,
    delivery: "idempotent",
    ...fields,
  };
}

export function callStep(id: string): Step {
  return {
    kind: "call",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 1, backoffMs: 0 },
    timeoutMs: 5_000,
    inputLevel: "proven",
    outputLevel: "proven",
    chainId: 31337,
    target: `0x${"cc".repeat(20)}`,
    function: "poke()",
    selector: "0x18178358",
    args: [],
    valueWei: "0",
    call: { mode: "literal", callData: "0x18178358" },
    accept: null,
  };
}

/** An attempt at execution 1 as position 0 of batch 7, whose lease ends at 1,040 s. */
export function anAttempt(plan: Plan = aPlan(), changes: Partial<Attempt> = {}): Attempt {
  const row = anIntent(1, { plan });
  const execution = anExecution(1, {
    t0Sec: 1_000,
    state: "claimed",
    batchNo: 7,
    batchIndex: 0,
    holderNode: 1,
    intentHash: row.intentHash,
  });
  const items = [{ executionId: hash(1), intentNo: 1, attempt: 1, ordinal: 1, t0Sec: 1_000 }];
  return {
    execution,
    batch: aBatch(7, { deadlineSec: 1_040, items, claimBlock: 5 }),
    index: 0,
    intent: { row, plan, roots: planRoots(plan) },
    isSubmitter: true,
    ...changes,
  };
}

export function aRequest(fields: Partial<HttpRequest> = {}): HttpRequest {
  const headers = {};
  return { method: "POST", url: "http://x/", headers, body: null, idempotencyKey: "0x", ...fields };
}

/** Runs the interpreter in this process. */
export class InlineSandbox implements Pick<LiveSandbox, "execute"> {
  readonly jobs: RunJob[] = [];

  async execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<PlacedResult> {
    this.jobs.push(job);
    try {
      const place = { adapter: "process", level: "process" } as const;
      return { kind: "done", outcome: await interpret(job, broker, signal), place };
    } catch (error) {
      if (signal.aborted) return { kind: "stopped", failure: { code: "ABORTED" } };
      return { kind: "stopped", failure: { code: "BROKER", detail: String(error) } };
    }
  }
}

async function interpret(
  job: RunJob,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const steps = run(job.plan, job.occurrence, job.start);
  let next = steps.next();
  while (next.done !== true) {
    signal.throwIfAborted();
    next = steps.next(await broker(next.value, signal));
  }
  return next.value;
}
