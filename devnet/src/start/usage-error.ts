export interface UsageFailure {
  readonly code: "USAGE";
  readonly reason: string;
  readonly usage: string;
}

/** A command line that says nothing sensible. */
export class UsageError extends Error {
  readonly failure: UsageFailure;

  constructor(failure: UsageFailure, options?: ErrorOptions) {
    super(`${failure.reason}\n\n${failure.usage}`, options);
    this.name = "UsageError";
    this.failure = failure;
  }
}
