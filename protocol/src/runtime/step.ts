import { asJson } from "../encoding/json.ts";
import type { CallStep, EffectStep, HttpStep, Level } from "../plan/plan.ts";
import type { ValueMap } from "../plan/scope.ts";
import type { Leaf } from "../transcript/leaf.ts";
import type {
  CallReceipt,
  EffectError,
  EffectRequest,
  EffectResult,
  HttpRequest,
  HttpResponse,
} from "./effect.ts";
import { EFFECT_ERRORS, errorStatus, isRetriedResponse } from "./effect-error.ts";
import type { ProgramStep, RequestPieces } from "./program.ts";
import { backoffMs, hasRoomForTry } from "./retry.ts";
import { RunError } from "./run-error.ts";
import { outcomeFields, receiptFields, responseFields, type StepOutcome } from "./run-scope.ts";
import type { RunState } from "./run-state.ts";
import { runScript } from "./script-step.ts";

/** Headers of a response that this runtime version keeps; the broker drops the others. */
export const KEPT_HEADERS: readonly string[] = ["content-type", "retry-after"];

const LEVELS: { readonly [level in Level]: 1 | 2 | 3 } = { recorded: 1, observed: 2, proven: 3 };
const OUTCOMES: readonly StepOutcome[] = ["ok", "failed", "indeterminate", "stopped"];

type Performing = Generator<EffectRequest, ValueMap, EffectResult>;

/** One try's leaf, what later steps see of it, and whether another try may follow. */
interface Judged {
  readonly status: Leaf["status"];
  readonly output: HttpResponse | CallReceipt | { readonly error: EffectError };
  readonly fields: ValueMap;
  readonly mayRetry: boolean;
}

/** Renders the step's request and performs it, with its tries. @throws PieceError */
export function* performStep(state: RunState, index: number, program: ProgramStep): Performing {
  const step = state.plan.steps[index]!;
  if (step.kind === "script") return runScript(state, index, step, program.input!);
  if (step.kind === "call") return yield* performCall(state, index, step);
  const request = renderRequest(state, index, step, program.request!);
  return yield* tries(state, index, step, {
    kind: "HTTP",
    input: { ...request },
    ask: (number) => ({
      kind: "http",
      stepIndex: index,
      stepId: step.id,
      try: number,
      origin: step.origin,
      delivery: step.delivery,
      timeoutMs: step.timeoutMs,
      request,
    }),
    judge: (result) => judgeHttp(step, result),
  });
}

function* performCall(state: RunState, index: number, step: CallStep): Performing {
  if (step.call.mode !== "literal") {
    throw new RunError({ code: "UNSUPPORTED_CALL", stepId: step.id });
  }
  const { target, valueWei } = step;
  const input = { target, valueWei, callData: step.call.callData };
  return yield* tries(state, index, step, {
    kind: "CALL",
    input,
    ask: (number) => ({
      kind: "call",
      stepIndex: index,
      stepId: step.id,
      try: number,
      timeoutMs: step.timeoutMs,
      ...input,
    }),
    judge: (result) => judgeCall(step, result),
  });
}

interface Effect {
  readonly kind: "HTTP" | "CALL";
  readonly input: { readonly [name: string]: Leaf["input"] };
  ask(number: number): EffectRequest;
  judge(result: EffectResult): Judged;
}

function* tries(state: RunState, index: number, step: EffectStep, effect: Effect): Performing {
  const { retry, outputLevel } = step;
  const laterSteps = state.plan.steps.length - index - 1;
  for (let number = 1; ; number += 1) {
    const result = yield effect.ask(number);
    const { status, output, fields, mayRetry } = effect.judge(result);
    state.journal.effect(
      {
        step: index,
        kind: effect.kind,
        try: number,
        status,
        level: LEVELS[outputLevel],
        input: effect.input,
        output: asJson(output),
      },
      result,
    );
    const isLast =
      number >= retry.attempts || !hasRoomForTry(state.journal.leaves.length, laterSteps);
    if (!mayRetry || isLast) return fields;
    const ms = backoffMs(retry.backoffMs, number);
    if (ms > 0) yield { kind: "pause", ms };
  }
}

function judgeHttp(step: HttpStep, result: EffectResult): Judged {
  if (result.status !== 0) return judgeError(result, step.delivery);
  const { output } = result;
  if (!("body" in output)) {
    throw new RunError({ code: "WRONG_RESULT", stepId: step.id, expected: "http" });
  }
  const response = { status: output.status, headers: keptHeaders(output), body: output.body };
  const isOk = output.status >= 200 && output.status <= 299;
  return {
    status: isOk ? 0 : 1,
    output: response,
    fields: isOk ? responseFields(response) : outcomeFields("failed"),
    mayRetry: isRetriedResponse(output.status, step.delivery),
  };
}

function judgeCall(step: CallStep, result: EffectResult): Judged {
  // The gateway's own mark makes a call's second send harmless, but an unknown end stays unknown.
  if (result.status !== 0) return judgeError(result, "once");
  if (!("txHash" in result.output)) {
    throw new RunError({ code: "WRONG_RESULT", stepId: step.id, expected: "call" });
  }
  const { txHash, blockNumber, blockHash, returned } = result.output;
  const output = { txHash, blockNumber, blockHash, returned };
  return { status: 0, output, fields: receiptFields(output), mayRetry: false };
}

function judgeError(
  result: EffectResult & { status: 1 | 2 | 3 },
  delivery: HttpStep["delivery"],
): Judged {
  const status = errorStatus(result, delivery);
  const { code, message } = result.output.error;
  return {
    status,
    output: { error: { code, message } },
    fields: outcomeFields(OUTCOMES[status]!),
    mayRetry: status === 1 && EFFECT_ERRORS[code].retry,
  };
}

function keptHeaders(response: HttpResponse): { readonly [name: string]: string } {
  const kept = KEPT_HEADERS.filter((name) => Object.hasOwn(response.headers, name));
  return Object.fromEntries(kept.map((name) => [name, response.headers[name]!]));
}

const CONTENT_TYPES = { json: "application/json", text: "text/plain; charset=utf-8" } as const;

function renderRequest(
  state: RunState,
  index: number,
  step: HttpStep,
  pieces: RequestPieces,
): HttpRequest {
  const headers: { [name: string]: string } = {};
  if (step.body !== null) headers["content-type"] = CONTENT_TYPES[step.body.type];
  const url = pieces.url.evaluate(state.scope);
  for (const [name, value] of pieces.headers) headers[name] = value.evaluate(state.scope);
  const body = pieces.body === null ? null : pieces.body.evaluate(state.scope);
  const idempotencyKey = state.keyOf(index);
  return { method: step.method, url, headers, body, idempotencyKey };
}
