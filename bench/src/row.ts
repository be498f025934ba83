/** What a figure is to reach. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** One measured value. */
export interface Figure {
  /** Tells the figures of one row apart. */
  readonly what: string;
  readonly value: number | null;
  readonly unit: string;
  readonly p50: number | null;
  readonly p99: number | null;
  /** Mean size of the batches that it was measured in; null where there are none. */
  readonly batchSize: number | null;
  readonly samples: number;
  readonly goal: Goal | null;
  /** What it is held to where the goal is known to be out of reach; `--assert` asks for this, in its place. */
  readonly bound?: Goal;
  /** More about it, for example its parts. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface RowContext {
  /** How long to measure, warm-up and start apart. */
  readonly seconds: number;
  /** An empty folder of this row's own, removed afterwards. */
  readonly directory: string;
  /** Ends the row: its time limit, or an interrupt. */
  readonly signal: AbortSignal;
  /** Told what is being done, for people. */
  say(message: string): void;
}

/** One measurement. It leaves nothing behind, and ends soon after the signal. */
export interface Row {
  readonly name: string;
  /** What it measures, for `--help`. */
  readonly about: string;
  readonly defaultSeconds: number;
  run(context: RowContext): Promise<readonly Figure[]>;
}

export type BenchFailure =
  /** Not a defect: this machine or this build lacks something. */
  | { readonly code: "CANNOT_RUN"; readonly reason: string }
  | { readonly code: "NOT_IN_TIME"; readonly limitSeconds: number }
  | { readonly code: "UNEXPECTED_RESULT"; readonly reason: string }
  | { readonly code: "USAGE"; readonly reason: string };

/** Why there is no figure. */
export class BenchError extends Error {
  readonly failure: BenchFailure;

  constructor(failure: BenchFailure, options?: ErrorOptions) {
    super(
      `${failure.code}: ${"reason" in failure ? failure.reason : failure.limitSeconds}`,
      options,
    );
    this.name = "BenchError";
    this.failure = failure;
  }
}

/** Does the value hold what `--assert` asks for? Null where that is nothing, or where there is no value. */
export function isHeld(figure: Pick<Figure, "value" | "goal" | "bound">): boolean | null {
  return isMet({ value: figure.value, goal: figure.bound ?? figure.goal });
}

/** Did the value reach the goal? Null where there is no goal or no value. */
export function isMet({ value, goal }: Pick<Figure, "value" | "goal">): boolean | null {
  if (value === null || goal === null) return null;
  return "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}
