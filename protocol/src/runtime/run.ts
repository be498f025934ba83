import { asJson, type Json } from "../encoding/json.ts";
import type { RecordStatus } from "../encoding/record.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { Leaf } from "../transcript/leaf.ts";
import { NO_STEP } from "../transcript/leaf-hash.ts";
import type { Anchor, EffectRequest, EffectResult, Occurrence } from "./effect.ts";
import { idempotencyKey, type KeyOfStep } from "./idempotency-key.ts";
import { Journal } from "./journal.ts";
import { PieceError, type ProgramStep, programOf } from "./program.ts";
import { MAX_STEPS } from "./retry.ts";
import { RunError } from "./run-error.ts";
import { outcomeFields, type StepOutcome, startScope } from "./run-scope.ts";
import type { RunState } from "./run-state.ts";
import type { ScriptEngine } from "./script/script-engine.ts";
import { performStep } from "./step.ts";
import { checkRuntime } from "./version.ts";

/** Where an attempt begins. */
export interface RunStart {
  readonly attempt: number;
  readonly startedMs: number;
  readonly anchor: Anchor;
}

export interface RunOutcome {
  readonly status: RecordStatus;
  readonly leaves: readonly Leaf[];
}

export type Run = Generator<EffectRequest, RunOutcome, EffectResult>;

type SkipReason = "condition" | "needs" | "failed" | "revoked";

/** A run that has not begun, and its leaves as they come. */
export interface OpenRun {
  readonly effects: Run;
  readonly leaves: readonly Leaf[];
}

/**
 * The interpreter. It asks for effects and takes their results; everything else is a function of its
 * arguments, so that executor, verifier and browser get the same leaves from the same results.
 *
 * The result that answers a `pause` is not looked at. `keyOf` gives what `idempotencyKey` does, for hosts that have it already. `scripts` may be null for plans without script steps
 * (`needsWebAssembly`). @throws RunError
 */
export function run(
  plan: Plan,
  occurrence: Occurrence,
  start: RunStart,
  keyOf: KeyOfStep = (step) => idempotencyKey(occurrence.executionId, step),
  scripts: ScriptEngine | null = null,
): Run {
  return openRun(plan, occurrence, start, keyOf, scripts).effects;
}

/** As `run`, for those who compare while it goes. @throws RunError */
export function openRun(
  plan: Plan,
  occurrence: Occurrence,
  start: RunStart,
  keyOf: KeyOfStep = (step) => idempotencyKey(occurrence.executionId, step),
  scripts: ScriptEngine | null = null,
): OpenRun {
  checkRuntime(plan.runtime);
  const steps = plan.steps.length;
  if (steps > MAX_STEPS) throw new RunError({ code: "TOO_MANY_STEPS", steps, limit: MAX_STEPS });
  const journal = new Journal(start.startedMs, start.anchor);
  const state: RunState = {
    plan,
    journal,
    scope: startScope(plan, occurrence),
    outcomes: new Map(),
    keyOf,
    scripts,
  };
  return { effects: interpret(state, occurrence), leaves: journal.leaves };
}

function* interpret(state: RunState, occurrence: Occurrence): Run {
  const program = programOf(state.plan);
  writeTrigger(state, occurrence);
  for (const [index, step] of state.plan.steps.entries()) {
    const reason = reasonToSkip(state, step);
    if (reason === null) yield* runStep(state, index, program.steps[index]!);
    else skip(state, index, reason);
  }
  const status = statusOf([...state.outcomes.values()]);
  writeEnd(state, status);
  return { status, leaves: state.journal.leaves };
}

function* runStep(
  state: RunState,
  index: number,
  program: ProgramStep,
): Generator<EffectRequest, void, EffectResult> {
  const step = state.plan.steps[index]!;
  try {
    if (program.condition !== null) {
      const { source } = program.condition;
      const value = program.condition.evaluate(state.scope);
      writeCondition(state, index, 0, source, { value });
      if (!value) {
        skip(state, index, "condition");
        return;
      }
    }
    const fields = yield* performStep(state, index, program);
    state.scope.steps[step.id] = fields;
    state.outcomes.set(step.id, fields["outcome"] as StepOutcome);
  } catch (error) {
    if (!(error instanceof PieceError)) throw error;
    // The code alone: the message is for people, and no other implementation would word it alike.
    const { source, code } = error;
    writeCondition(state, index, 1, source, { error: { code } });
    end(state, step, "failed");
  }
}

// A revocation ends the run; without `needs` every failure before it stops a step, with it only those named.
function reasonToSkip(state: RunState, step: Step): SkipReason | null {
  const before = [...state.outcomes.values()];
  if (before.includes("stopped")) return "revoked";
  if (step.explicitNeeds) {
    return step.needs.every((id) => state.outcomes.get(id) === "ok") ? null : "needs";
  }
  return before.includes("failed") || before.includes("indeterminate") ? "failed" : null;
}

function skip(state: RunState, index: number, reason: SkipReason): void {
  state.journal.pure({ step: index, kind: "SKIP", status: 0, input: { reason }, output: null });
  end(state, state.plan.steps[index]!, "skipped");
}

function end(state: RunState, step: Step, outcome: StepOutcome): void {
  state.outcomes.set(step.id, outcome);
  state.scope.steps[step.id] = outcomeFields(outcome);
}

function statusOf(outcomes: readonly StepOutcome[]): RecordStatus {
  if (outcomes.includes("stopped")) return "stopped";
  if (outcomes.includes("indeterminate")) return "indeterminate";
  if (outcomes.includes("failed")) return "failed";
  return outcomes.includes("ok") ? "ok" : "conditionFalse";
}

function writeTrigger(state: RunState, occurrence: Occurrence): void {
  const trigger = asJson(occurrence.payload);
  const input = { now: occurrence.nowSec, trigger };
  state.journal.pure({ step: NO_STEP, kind: "TRIGGER", status: 0, input, output: null });
}

function writeCondition(
  state: RunState,
  step: number,
  status: 0 | 1,
  expression: string,
  output: Json,
): void {
  state.journal.pure({ step, kind: "CONDITION", status, input: { expression }, output });
}

function writeEnd(state: RunState, status: RecordStatus): void {
  const steps = Object.fromEntries(
    [...state.outcomes].map(([id, outcome]) => [id, { status: outcome }]),
  );
  state.journal.pure({
    step: NO_STEP,
    kind: "END",
    status: 0,
    input: { status },
    output: { steps },
  });
}
