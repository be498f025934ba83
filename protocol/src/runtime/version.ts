import { RunError } from "./run-error.ts";

/** Behaviours of the interpreter that this code has, each for ever. */
export const RUNTIME_VERSIONS: readonly number[] = [1, 2];

/** The newest. A plan asks for the oldest that does what it needs: see `runtimeOf`. */
export const CURRENT_RUNTIME = 2;

/** @throws RunError */
export function checkRuntime(runtime: number): void {
  if (!RUNTIME_VERSIONS.includes(runtime)) {
    throw new RunError({ code: "UNKNOWN_RUNTIME", runtime });
  }
}
