import type { Hex } from "@deed/protocol/encoding";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import { idempotencyKey } from "@deed/protocol/runtime";
import { BROKER_DEFAULTS, Broker, type BrokerCollaborators, type BrokerOptions } from "./broker.ts";
import { resolveBySystem } from "./connect.ts";
import type { BrokerJob, HttpEffect } from "./job.ts";
import { ClaimMemory } from "./once.ts";

export const EXECUTION_ID: Hex = `0x${"11".repeat(32)}`;

export function httpStep(fields: Partial<HttpStep> & Pick<HttpStep, "url">): HttpStep {
  return {
    kind: "http",
    id: "tell",
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 1, backoffMs: 0 },
    timeoutMs: 5_000,
    inputLevel: "proven",
    outputLevel: "recorded",
    method: "GET",
    origin: new URL(fields.url.split("${")[0] ?? "").origin,
    headers: {},
    body: null,
    delivery: "repeatable",
    ...fields,
  };
}

export function planOf(...steps: Plan["steps"]): Plan {
  return {
    plan: "deed.plan.1",
    dialect: "deed.v1",
    name: "sample",
    summary: "A sample",
    runtime: 1,
    trigger: { kind: "manual" },
    limits: { executions: 1, perHour: 0, durationSec: 60, leaseClass: 0 },
    expiresAtSec: 4_000_000_000,
    sandbox: "process",
    steps,
  };
}

export function jobOf(plan: Plan, fields: Partial<BrokerJob> = {}): BrokerJob {
  return {
    plan,
    intentHash: `0x${"22".repeat(32)}`,
    executionId: EXECUTION_ID,
    attempt: 1,
    refusal: () => null,
    ...fields,
  };
}

/** The request that the runtime would make of a step without placeholders. */
export function effectOf(
  plan: Plan,
  stepIndex: number,
  request: Partial<HttpEffect["request"]> = {},
): HttpEffect {
  const step = plan.steps[stepIndex];
  if (step?.kind !== "http") throw new TypeError("not an http step");
  return {
    kind: "http",
    stepIndex,
    stepId: step.id,
    try: 1,
    origin: step.origin,
    delivery: step.delivery,
    timeoutMs: step.timeoutMs,
    request: {
      method: step.method,
      url: step.url,
      headers: {},
      body: null,
      idempotencyKey: idempotencyKey(EXECUTION_ID, stepIndex),
      ...request,
    },
  };
}

export function testBroker(
  options: Partial<BrokerOptions> = {},
  collaborators: Partial<BrokerCollaborators> = {},
): Broker {
  const once = new ClaimMemory();
  once.claimed(EXECUTION_ID);
  return new Broker(
    { ...BROKER_DEFAULTS, ...options },
    {
      clock: { nowMs: Date.now },
      anchor: () => ({ number: 7, hash: `0x${"33".repeat(32)}` }),
      once,
      call: async () => ({
        status: 1,
        output: { error: { code: "REVERTED", message: "no chain here" } },
      }),
      resolve: resolveBySystem,
      ...collaborators,
    },
  );
}
