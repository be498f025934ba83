import type { EffectStep, Step } from "../plan/plan.ts";
import { type CallOptions, readCall } from "./call-step.ts";
import { readCondition } from "./computed.ts";
import { defaultDelivery, readHttp } from "./http-step.ts";
import type { Names } from "./names.ts";
import { type Cause, type NeedsCycles, readNeeds } from "./needs.ts";
import {
  type Fields,
  fieldsOf,
  readChoice,
  readDuration,
  readFields,
  readInteger,
} from "./reader.ts";
import type { Report } from "./report.ts";
import { readScript, type ScriptChecker } from "./script-step.ts";
import type { RawStep } from "./step-names.ts";
import type { Span, Tree } from "./tree.ts";

/** A step without its levels, and everything that its effect depends on. */
export interface StepDraft {
  readonly step: Step;
  readonly causes: readonly Cause[];
  /** Where a diagnostic about its action points. */
  readonly span: Span;
  readonly acceptSpan: Span | null;
}

export interface StepOptions extends CallOptions {
  readonly durationSec: number;
  readonly cycles: NeedsCycles;
  /** Null: the JavaScript of scripts is not looked at. */
  readonly scripts: ScriptChecker | null;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Second pass: compiles one step. Null when its action could not be read. */
export function readStep(
  raw: RawStep,
  names: Names,
  options: StepOptions,
  report: Report,
): StepDraft | null {
  // The first pass has judged the keys.
  const fields = fieldsOf(raw.tree);
  const condition = fields.get("if");
  const computed = condition === undefined ? null : readCondition(condition, "'if'", names, report);
  const needs = readNeeds(fields.get("needs"), names, options.cycles, report);
  const base = {
    id: raw.id,
    if: computed?.source ?? null,
    needs: needs.ids,
    explicitNeeds: fields.get("needs") !== undefined,
    inputLevel: "proven",
    outputLevel: "proven",
  } as const;
  const control = [
    ...(computed?.dependencies ?? []).map((cause) => ({ ...cause, where: "if" as const })),
    ...needs.causes,
  ];
  const action = fields.get(raw.kind);
  if (action === undefined) return null;
  const draft = draftOf(raw.kind, { action, base, fields }, names, options, report);
  if (draft === null) return null;
  const span = fields.keySpan(raw.kind);
  return { ...draft, causes: [...control, ...draft.causes], span };
}

type Base = Pick<Step, "id" | "if" | "needs" | "explicitNeeds" | "inputLevel" | "outputLevel">;
type EffectBase = Base & Pick<EffectStep, "retry" | "timeoutMs">;
type Draft = Omit<StepDraft, "span">;

interface Parts {
  readonly action: Tree;
  readonly base: Base;
  readonly fields: Fields;
}

function draftOf(
  kind: RawStep["kind"],
  { action, base, fields }: Parts,
  names: Names,
  options: StepOptions,
  report: Report,
): Draft | null {
  if (kind === "script") return scriptDraft({ action, base, fields }, names, options, report);
  const retry = readRetry(fields.get("retry"), report);
  const timeoutMs = readTimeout(fields.get("timeout"), options.durationSec, report);
  const effect = { ...base, retry, timeoutMs };
  return kind === "http"
    ? httpDraft(action, effect, fields, names, report)
    : callDraft(action, effect, fields, names, options, report);
}

function scriptDraft(
  { action, base, fields }: Parts,
  names: Names,
  { scripts }: StepOptions,
  report: Report,
): Draft | null {
  for (const key of ["retry", "timeout", "delivery", "accept"]) {
    refuseKey(key, "a step that leaves the container", fields, report);
  }
  const script = readScript(action, names, scripts, report);
  if (script === null) return null;
  const causes = script.dependencies.map((cause) => ({ ...cause, where: "script" as const }));
  return { step: { ...base, ...script.part }, causes, acceptSpan: null };
}

function httpDraft(
  tree: Tree,
  base: EffectBase,
  fields: Fields,
  names: Names,
  report: Report,
): Draft | null {
  const http = readHttp(tree, names, report);
  const deliveryTree = fields.get("delivery");
  const words = ["once", "idempotent", "repeatable"] as const;
  const chosen =
    deliveryTree === undefined ? null : readChoice(deliveryTree, "'delivery'", words, report);
  refuseKey("accept", "an on-chain call", fields, report);
  if (http === null) return null;
  const delivery = chosen ?? defaultDelivery(http.part.method);
  if (delivery === "once" && base.retry.attempts > 1) {
    report.add("DEED_RETRY_OF_ONCE", fields.keySpan("retry"), "this request is sent at most once", {
      hint: "it is tried again only when it certainly did not leave; `delivery: idempotent` says that repeating it does no harm",
    });
  }
  const causes = http.dependencies.map((cause) => ({ ...cause, where: "http" as const }));
  return { step: { ...base, ...http.part, delivery }, causes, acceptSpan: null };
}

function callDraft(
  tree: Tree,
  base: EffectBase,
  fields: Fields,
  names: Names,
  options: CallOptions,
  report: Report,
): Draft | null {
  const call = readCall(tree, names, options, report);
  const acceptTree = fields.get("accept");
  const accept =
    acceptTree === undefined
      ? null
      : readChoice(acceptTree, "'accept'", ["recorded", "observed", "proven"], report);
  refuseKey("delivery", "an HTTP request", fields, report);
  if (call === null) return null;
  const causes = call.dependencies.map((cause) => ({ ...cause, where: "call" as const }));
  const acceptSpan = acceptTree?.span ?? null;
  return { step: { ...base, ...call.part, accept }, causes, acceptSpan };
}

function refuseKey(key: string, owner: string, fields: Fields, report: Report): void {
  if (fields.get(key) === undefined) return;
  report.add("DEED_UNKNOWN_KEY", fields.keySpan(key), `'${key}' belongs to ${owner}`);
}

function readRetry(
  tree: Tree | undefined,
  report: Report,
): { readonly attempts: number; readonly backoffMs: number } {
  const none = { attempts: 1, backoffMs: 1000 };
  if (tree === undefined) return none;
  const shape = { required: ["attempts"], optional: ["backoff"] };
  const fields = readFields(tree, "'retry'", shape, report);
  const attemptsTree = fields?.get("attempts");
  const backoffTree = fields?.get("backoff");
  const attempts =
    attemptsTree === undefined ? null : readInteger(attemptsTree, "'attempts'", [1, 10], report);
  const backoffMs =
    backoffTree === undefined
      ? null
      : readDuration(backoffTree, "'backoff'", ["0ms", "10m"], report);
  return { attempts: attempts ?? none.attempts, backoffMs: backoffMs ?? none.backoffMs };
}

function readTimeout(tree: Tree | undefined, durationSec: number, report: Report): number {
  const durationMs = durationSec * 1000;
  if (tree === undefined) return Math.min(DEFAULT_TIMEOUT_MS, durationMs);
  const timeoutMs = readDuration(tree, "'timeout'", ["100ms", "1h"], report);
  if (timeoutMs !== null && timeoutMs > durationMs) {
    const message = `'timeout' is longer than the whole run may take (${durationSec}s)`;
    report.add("DEED_OUT_OF_RANGE", tree.span, message, { hint: "see limits.duration" });
  }
  return timeoutMs ?? DEFAULT_TIMEOUT_MS;
}
