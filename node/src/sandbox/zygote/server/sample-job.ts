import type { Hex } from "@deed/protocol/encoding";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import type {
  Anchor,
  EffectRequest,
  EffectResult,
  Occurrence,
  RunStart,
} from "@deed/protocol/runtime";

export const ID: Hex = `0x${"11".repeat(32)}`;
export const ANCHOR: Anchor = { number: 5, hash: ID };

/** With its fields in the compiler's order, as those of `SAMPLE_PLAN`: objects of another order have another shape in V8. */
export function httpStep(id: string, fields: Partial<HttpStep>): HttpStep {
  return {
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    inputLevel: "proven",
    outputLevel: "recorded",
    retry: { attempts: 2, backoffMs: 10 },
    timeoutMs: 5_000,
    kind: "http",
    method: "GET",
    url: "https://a.example/price",
    origin: "https://a.example",
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
  expiresAtSec: 4_000_000_000,
  sandbox: "container",
  runtime: 1,
  trigger: { kind: "manual" },
  limits: { executions: 1, perHour: 0, durationSec: 60, leaseClass: 0 },
  steps: [
    httpStep("price", {}),
    httpStep("tell", {
      if: "steps.price.status == 200 && double(steps.price.body.usd) < 3000.5",
      method: "POST",
      url: "https://a.example/hook?to=${steps.price.body.to}",
      headers: { "X-Price": "${steps.price.body.usd}" },
      body: { type: "json", value: { text: "got ${steps.price.body.usd}", list: [1, "${now}"] } },
      delivery: "idempotent",
    }),
    httpStep("never", { if: "steps.tell.outcome != 'ok'" }),
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
