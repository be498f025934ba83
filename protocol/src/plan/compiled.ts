import { ExpressionError } from "./expression-error.ts";
import type { Run } from "./frame.ts";
import { fail, type Place, wrongType } from "./number.ts";
import type { Kind, Value } from "./scope.ts";

/** A path that an expression reads, for example `["steps", "quote", "body", "usd"]`. */
export interface Reference {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The kind of what stands at a path of the scope. */
export type KindOracle = (path: readonly string[]) => Kind | "dyn";

export interface Compiled {
  readonly run: Run;
  readonly kind: Kind | "dyn";
}

export interface Surroundings {
  readonly kindAt: KindOracle;
  readonly references: Reference[];
  /** Names of the macros' variables, outermost first. */
  readonly locals: readonly string[];
  readonly depth: number;
}

/** The value or the error; running out of cost is never put aside. */
export function attempt<T>(run: () => T): T | ExpressionError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ExpressionError && error.code !== "COST_EXCEEDED") return error;
    throw error;
  }
}

export function bool(value: Value, operation: string, place: Place): boolean {
  if (typeof value !== "boolean") throw wrongType(operation, [value], place);
  return value;
}

export function requireBool(compiled: Compiled, operation: string, place: Place): void {
  if (compiled.kind === "bool" || compiled.kind === "dyn") return;
  throw fail({ code: "WRONG_TYPE", operation, kinds: [compiled.kind] }, place);
}
