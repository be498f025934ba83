import type { Plan } from "../plan/plan.ts";
import type { KeyOfStep } from "./idempotency-key.ts";
import type { Journal } from "./journal.ts";
import type { RunScope, StepOutcome } from "./run-scope.ts";
import type { ScriptEngine } from "./script/script-engine.ts";

/** What a run knows while it goes. */
export interface RunState {
  readonly plan: Plan;
  readonly journal: Journal;
  readonly scope: RunScope;
  readonly outcomes: Map<string, StepOutcome>;
  readonly keyOf: KeyOfStep;
  /** Null where the host has none. */
  readonly scripts: ScriptEngine | null;
}
