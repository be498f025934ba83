export type {
  Anchor,
  CallReceipt,
  EffectError,
  EffectErrorCode,
  EffectRequest,
  EffectResult,
  EventPayload,
  HttpRequest,
  HttpResponse,
  Occurrence,
  OccurrencePayload,
  PhasePayload,
} from "./effect.ts";
export { EFFECT_ERROR_CODES, EFFECT_ERRORS, type EffectErrorMeaning } from "./effect-error.ts";
export { idempotencyKey, type KeyOfStep } from "./idempotency-key.ts";
export { MAX_STEPS } from "./retry.ts";
export { type OpenRun, openRun, type Run, type RunOutcome, type RunStart, run } from "./run.ts";
export { RunError, type RunFailure } from "./run-error.ts";
export type { StepOutcome } from "./run-scope.ts";
export {
  MAX_SCRIPT_OUTPUT,
  openScriptEngine,
  SCRIPT_MODULE_SHA256,
  type ScriptEngine,
  type ScriptEngineOptions,
  type ScriptErrorCode,
  type ScriptMistake,
  type ScriptOutcome,
} from "./script/script-engine.ts";
export { KEPT_HEADERS } from "./step.ts";
export { CURRENT_RUNTIME, RUNTIME_VERSIONS } from "./version.ts";
