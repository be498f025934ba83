import { RunError } from "./run-error.ts";

/** Behaviours of the interpreter that this code has, each for ever. */
export const RUNTIME_VERSIONS: readonly number[] = [1];

/** What new plans are compiled for. */
export const CURRENT_RUNTIME = 1;

/** @throws RunError */
export function checkRuntime(runtime: number): void {
  if (!RUNTIME_VERSIONS.includes(runtime)) {
    throw new RunError({ code: "UNKNOWN_RUNTIME", runtime });
  }
}
