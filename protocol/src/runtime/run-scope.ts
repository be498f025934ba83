import { EncodingError } from "../encoding/encoding-error.ts";
import { parseExactJson } from "../encoding/exact-json.ts";
import type { Plan } from "../plan/plan.ts";
import { eventValue, type Scope, type Value, type ValueMap, valueOfJson } from "../plan/scope.ts";
import type { CallReceipt, HttpResponse, Occurrence } from "./effect.ts";

/** How a step ended, as expressions and the END leaf name it. */
export type StepOutcome = "ok" | "skipped" | "failed" | "indeterminate" | "stopped";

/** What expressions see before the first step; `steps` fills as they end. */
export interface RunScope extends Scope {
  readonly steps: { [id: string]: ValueMap };
}

/** The scope at the start of a run. */
export function startScope(plan: Plan, occurrence: Occurrence): RunScope {
  const { payload } = occurrence;
  // Without a prototype: a step's id is never a name that objects have anyway.
  const steps: { [id: string]: ValueMap } = Object.create(null);
  const base = { now: BigInt(occurrence.nowSec), steps };
  switch (payload.kind) {
    case "event": {
      const { event, ...trigger } = payload;
      const parameters = plan.trigger.kind === "event" ? plan.trigger.parameters : [];
      return { ...base, trigger: fields(trigger), event: eventValue(parameters, event) };
    }
    case "composite": {
      const { phase, of } = payload;
      const trigger = fields({ kind: of.kind, phase });
      const part = plan.trigger.kind === "composite" ? plan.trigger[phase] : null;
      if (of.kind !== "event" || part?.kind !== "event") return { ...base, trigger };
      return { ...base, trigger, event: eventValue(part.parameters, of.event) };
    }
    case "interval":
    case "cron":
    case "block":
    case "start":
      return { ...base, trigger: fields(payload) };
    case "manual": {
      const { kind, ordinal } = payload;
      return { ...base, trigger: fields({ kind, ordinal }), input: valueOfJson(payload.input) };
    }
  }
}

/** A step that ended without a value. */
export function outcomeFields(outcome: StepOutcome): ValueMap {
  return { outcome };
}

/** What later steps see of a response. */
export function responseFields(response: HttpResponse): ValueMap {
  return {
    outcome: "ok",
    status: BigInt(response.status),
    headers: response.headers,
    body: bodyValue(response),
  };
}

/** What later steps see of a call. */
export function receiptFields(receipt: CallReceipt): ValueMap {
  const { txHash, blockNumber, blockHash, returned } = receipt;
  return { outcome: "ok", txHash, blockNumber: BigInt(blockNumber), blockHash, returned };
}

const JSON_TYPE = /^\s*application\/(?:json|[^\s;,]+\+json)\s*(?:;|$)/i;

// JSON where the response says so and it parses, else text.
function bodyValue(response: HttpResponse): Value {
  if (!JSON_TYPE.test(response.headers["content-type"] ?? "")) return response.body;
  try {
    return valueOfJson(parseExactJson(response.body));
  } catch (error) {
    if (error instanceof EncodingError) return response.body;
    throw error;
  }
}

function fields(values: { readonly [name: string]: string | number }): ValueMap {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "number" ? BigInt(value) : value,
    ]),
  );
}
