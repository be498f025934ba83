import type { Hex } from "@deed/protocol/encoding";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import type { EffectRequest, EffectResult, Occurrence, RunStart } from "@deed/protocol/runtime";

const ID: Hex = `0x${"11".repeat(32)}`;
const ANCHOR = { number: 5, hash: ID } as const;

function step(id: string, fields: Partial<HttpStep>): HttpStep {
  return {
    kind: "http",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 2, backoffMs: 10 },
    timeoutMs: 5_000,
    inputLevel: "proven",
    outputLevel: "recorded",
    method: "GET",
    origin: "https://a.example",
    url: "https://a.example/price",
    headers: {},
    body: null,
    delivery: "repeatable",
    ...fields,
  };
}

/** A job of every kind of work that a plan has: it warms a new server, and tells whether one works. */
export const SAMPLE_PLAN: Plan = {
  plan: "deed.plan.1",
  dialect: "deed.v1",
  name: "self-test",
  summary: "Reads a price, tells it and pays",
  runtime: 1,
  trigger: { kind: "manual" },
  limits: { executions: 1, perHour: 0, durationSec: 60, leaseClass: 0 },
  expiresAtSec: 4_000_000_000,
  sandbox: "container",
  steps: [
    step("price", {}),
    step("tell", {
      if: "steps.price.status == 200 && steps.price.body.usd < 3000.5",
      method: "POST",
      url: "https://a.example/hook?to=${steps.price.body.to}",
      headers: { "X-Price": "${steps.price.body.usd}" },
      body: { type: "json", value: { text: "got ${steps.price.body.usd}", list: [1, "${now}"] } },
      delivery: "idempotent",
    }),
    step("never", { if: "steps.tell.outcome != 'ok'" }),
  ],
};

export const SAMPLE_OCCURRENCE: Occurrence = {
  executionId: ID,
  occurrenceId: ID,
  nowSec: 1_800_000_000,
  payload: { kind: "interval", ordinal: 3 },
};

export const SAMPLE_START: RunStart = { attempt: 1, startedMs: 1_800_000_000_123, anchor: ANCHOR };

/** The first try of the first step fails; everything else is answered. */
export function sampleAnswer(request: EffectRequest): EffectResult {
  const times = { startedMs: 1_800_000_000_200, endedMs: 1_800_000_000_300, anchor: ANCHOR };
  if (request.kind === "http" && request.stepIndex === 0 && request.try === 1) {
    return { ...times, status: 1, output: { error: { code: "UNREACHABLE", message: "no" } } };
  }
  const headers = { "content-type": "application/json" };
  return { ...times, status: 0, output: { status: 200, headers, body: '{"usd":12.5,"to":"ü"}' } };
}
