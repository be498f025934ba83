export type RunFailure =
  | { readonly code: "UNKNOWN_RUNTIME"; readonly runtime: number }
  | { readonly code: "TOO_MANY_STEPS"; readonly steps: number; readonly limit: number }
  | { readonly code: "UNSUPPORTED_CALL"; readonly stepId: string }
  | { readonly code: "SCRIPT_UNAVAILABLE"; readonly detail: string }
  | { readonly code: "WRONG_RESULT"; readonly stepId: string; readonly expected: "http" | "call" };

/** A plan that this runtime cannot run, or a host that answers with what was not asked. Never recorded. */
export class RunError extends Error {
  readonly failure: RunFailure;

  constructor(failure: RunFailure) {
    super(`${failure.code} ${JSON.stringify(failure)}`);
    this.name = "RunError";
    this.failure = failure;
  }
}
