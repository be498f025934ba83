import fc from "fast-check";
import { keccakText } from "../encoding/hasher.ts";
import type { CallStep, HttpStep, Plan, ScriptStep, Step } from "../plan/plan.ts";
import type { EffectErrorCode, EffectRequest, EffectResult, Occurrence } from "./effect.ts";
import { EFFECT_ERROR_CODES } from "./effect-error.ts";
import { type RunOutcome, type RunStart, run } from "./run.ts";
import type { ScriptEngine } from "./script/script-engine.ts";

/** What a host answers, without its time. */
export type Answer =
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: { [name: string]: string };
    }
  | { readonly returned: string }
  | { readonly error: EffectErrorCode; readonly as?: 1 | 2 | 3 };

export const executionId = keccakText("an execution");

export const start: RunStart = {
  attempt: 1,
  startedMs: 1_800_000_000_000,
  anchor: { number: 100, hash: keccakText("block 100") },
};

export const manual: Occurrence = {
  executionId,
  occurrenceId: keccakText("an occurrence"),
  nowSec: 1_799_999_999,
  payload: {
    kind: "manual",
    ordinal: 7,
    input: { amount: 5, to: "bob" },
    firedAtSec: 1_799_999_999,
    validUntilSec: 1_800_000_099,
    signature: `0x${"ab".repeat(65)}`,
  },
};

export function httpStep(id: string, overrides: Partial<HttpStep> = {}): HttpStep {
  return {
    kind: "http",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 1, backoffMs: 100 },
    timeoutMs: 1000,
    inputLevel: "proven",
    outputLevel: "recorded",
    method: "POST",
    url: `https://api.example.com/${id}`,
    origin: "https://api.example.com",
    headers: {},
    body: null,
    delivery: "idempotent",
    ...overrides,
  };
}

export function callStep(id: string, overrides: Partial<CallStep> = {}): CallStep {
  return {
    kind: "call",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    retry: { attempts: 1, backoffMs: 100 },
    timeoutMs: 1000,
    inputLevel: "proven",
    outputLevel: "proven",
    chainId: 31337,
    target: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    function: "ping()",
    selector: "0x5c36b186",
    args: [],
    valueWei: "0",
    call: { mode: "literal", callData: "0x5c36b186" },
    accept: null,
    ...overrides,
  };
}

export function scriptStep(id: string, overrides: Partial<ScriptStep> = {}): ScriptStep {
  return {
    kind: "script",
    id,
    if: null,
    needs: [],
    explicitNeeds: false,
    inputLevel: "proven",
    outputLevel: "proven",
    source: "return input",
    input: null,
    ...overrides,
  };
}

export function planOf(steps: readonly Step[], overrides: Partial<Plan> = {}): Plan {
  return {
    plan: "deed.plan.1",
    dialect: "deed.v1",
    name: "a-plan",
    summary: "A plan for tests",
    runtime: 1,
    trigger: { kind: "manual" },
    limits: { executions: 10, perHour: 0, durationSec: 30, leaseClass: 4 },
    expiresAtSec: 1_900_000_000,
    sandbox: "process",
    steps,
    ...overrides,
  };
}

export interface Driven extends RunOutcome {
  readonly requests: readonly EffectRequest[];
}

/** Runs a plan against a host that answers from a function; each effect takes 10 ms, and a block. */
export function drive(
  plan: Plan,
  answer: (request: EffectRequest, effectNo: number) => Answer,
  occurrence: Occurrence = manual,
  scripts: ScriptEngine | null = null,
): Driven {
  const requests: EffectRequest[] = [];
  const going = run(plan, occurrence, start, undefined, scripts);
  let atMs = start.startedMs;
  let effects = 0;
  let step = going.next();
  while (step.done !== true) {
    requests.push(step.value);
    if (step.value.kind === "pause") atMs += step.value.ms;
    const given: Answer =
      step.value.kind === "pause" ? { status: 0 } : answer(step.value, effects++);
    atMs += 10;
    step = going.next(resultOf(given, atMs, 100 + effects));
  }
  return { ...step.value, requests };
}

/** A result at a time and a block. */
export function resultOf(answer: Answer, endedMs: number, block: number): EffectResult {
  const span = {
    startedMs: endedMs - 10,
    endedMs,
    anchor: { number: block, hash: keccakText(`block ${block}`) },
  };
  if ("error" in answer) {
    const error = { code: answer.error, message: `it was ${answer.error}` };
    return { ...span, status: answer.as ?? 1, output: { error } };
  }
  if ("returned" in answer) {
    const txHash = keccakText(`transaction ${block}`);
    const returned = answer.returned as `0x${string}`;
    const { number: blockNumber, hash: blockHash } = span.anchor;
    return { ...span, status: 0, output: { txHash, blockNumber, blockHash, returned } };
  }
  const { status, body = "", headers = {} } = answer;
  return { ...span, status: 0, output: { status, headers, body } };
}

const json = { "content-type": "application/json" };

const anyHttpAnswer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 4, arbitrary: fc.json().map((body) => ({ status: 200, body, headers: json })) },
  {
    weight: 2,
    arbitrary: fc.nat(9).map((n) => ({ status: 200, body: `{"n":${n}}`, headers: json })),
  },
  fc.constantFrom(204, 301, 404, 408, 429, 500, 503).map((status) => ({ status })),
  fc.constantFrom(...EFFECT_ERROR_CODES).map((error) => ({ error })),
  fc.constant({ error: "INDETERMINATE" as const, as: 2 as const }),
);

/** Answers in the order of the effects; `call` asks for what a call may end with. */
export const anyAnswers: fc.Arbitrary<(request: EffectRequest, effectNo: number) => Answer> = fc
  .array(anyHttpAnswer, { minLength: 1, maxLength: 12 })
  .map((answers) => (request, effectNo) => {
    const answer = answers[effectNo % answers.length]!;
    if (request.kind === "http" || "error" in answer) return answer;
    return { returned: "0x01" };
  });

const conditions: (string | null)[] = [
  null,
  null,
  "true",
  "now > 0",
  "input.amount == 5",
  "steps.s0.outcome == 'ok'",
  "steps.s0.body.n > 4",
  "input.missing == 1",
  "input.amount",
];

const anyStep = (index: number): fc.Arbitrary<Step> =>
  fc
    .record({
      isCall: fc.boolean(),
      condition: fc.constantFrom(...conditions),
      explicitNeeds: fc.boolean(),
      attempts: fc.integer({ min: 1, max: 4 }),
      delivery: fc.constantFrom("once" as const, "idempotent" as const, "repeatable" as const),
      text: fc.constantFrom("plain", "${input.to}", "${steps.s0.status}", "${input.nothing}"),
    })
    .map(({ isCall, condition, explicitNeeds, attempts, delivery, text }) => {
      const needs = explicitNeeds && index > 0 ? [`s${index - 1}`] : [];
      const common = { if: condition, needs, explicitNeeds, retry: { attempts, backoffMs: 50 } };
      if (isCall) return callStep(`s${index}`, common);
      const body = { type: "json" as const, value: { text, list: [1, text] } };
      return httpStep(`s${index}`, { ...common, delivery, body });
    });

/** Plans of up to five steps, with conditions, needs, tries and templates. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .integer({ min: 1, max: 5 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyStep(index))))
  .map((steps) => planOf(steps));
