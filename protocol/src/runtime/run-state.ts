import type { Hasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import type { Plan } from "../plan/plan.ts";
import type { Journal } from "./journal.ts";
import type { RunScope, StepOutcome } from "./run-scope.ts";
import type { ScriptEngine } from "./script/script-engine.ts";

/** What a run knows while it goes. */
export interface RunState {
  readonly plan: Plan;
  readonly executionId: Hex;
  readonly journal: Journal;
  readonly scope: RunScope;
  readonly outcomes: Map<string, StepOutcome>;
  readonly hasher: Hasher;
  /** Null where the host has none. */
  readonly scripts: ScriptEngine | null;
}
