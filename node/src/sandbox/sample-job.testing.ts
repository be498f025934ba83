import type { Plan } from "@deed/protocol/plan";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { EXECUTION_ID, httpStep, planOf } from "../broker/broker.testing.ts";
import { TEST_LIMITS } from "./sandbox.testing.ts";
import type { RunJob } from "./sandbox.ts";

const anchor = { number: 5, hash: `0x${"55".repeat(32)}` } as const;
const plan: Plan = planOf(
  httpStep({
    id: "first",
    url: "https://a.example.com/price",
    retry: { attempts: 3, backoffMs: 1 },
  }),
  httpStep({
    id: "second",
    url: "https://a.example.com/hook",
    method: "POST",
    if: "steps.first.status == 200",
    body: { type: "json", value: { text: "got ${steps.first.body}" } },
  }),
);
export const SAMPLE_JOB: RunJob = {
  plan,
  occurrence: {
    executionId: EXECUTION_ID,
    occurrenceId: EXECUTION_ID,
    nowSec: 1_800_000_000,
    payload: { kind: "interval", ordinal: 3 },
  },
  start: { attempt: 1, startedMs: 1_800_000_000_123, anchor },
  limits: TEST_LIMITS,
};

/** The first try of the first step fails; everything else is answered. */
export function sampleAnswer(request: EffectRequest): EffectResult {
  const times = { startedMs: 1_800_000_000_200, endedMs: 1_800_000_000_300, anchor };
  if (request.kind === "http" && request.stepIndex === 0 && request.try === 1) {
    return { ...times, status: 1, output: { error: { code: "UNREACHABLE", message: "no" } } };
  }
  return {
    ...times,
    status: 0,
    output: { status: 200, headers: {}, body: `"${"ü".repeat(9_000)}"` },
  };
}
