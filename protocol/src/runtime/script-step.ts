import type { ScriptStep } from "../plan/plan.ts";
import { type ValueMap, valueOfJson } from "../plan/scope.ts";
import type { Piece, ScriptInput } from "./program.ts";
import { RunError } from "./run-error.ts";
import { outcomeFields } from "./run-scope.ts";
import type { RunState } from "./run-state.ts";

/**
 * Runs a script over its rendered input and writes its leaf. It takes no time of the transcript and asks nobody.
 * @throws PieceError when the input has no value
 * @throws RunError when this host cannot run it
 */
export function runScript(
  state: RunState,
  index: number,
  step: ScriptStep,
  input: Piece<ScriptInput>,
): ValueMap {
  const { scripts, plan, scope, journal } = state;
  // Runtime 1 has no scripts: a plan that says otherwise was compiled by nobody.
  if (plan.runtime < 2) throw new RunError({ code: "UNKNOWN_RUNTIME", runtime: plan.runtime });
  const { value, text } = input.evaluate(scope);
  if (scripts === null) {
    throw new RunError({ code: "SCRIPT_UNAVAILABLE", detail: "the host opened no engine" });
  }
  const outcome = scripts.run(step.source, text);
  const place = { step: index, kind: "SCRIPT", input: { input: value } } as const;
  if (outcome.ok) {
    journal.pure({ ...place, status: 0, output: { value: outcome.value } });
    return { outcome: "ok", value: valueOfJson(outcome.value) };
  }
  journal.pure({ ...place, status: 1, output: { error: outcome.error } });
  return outcomeFields("failed");
}
