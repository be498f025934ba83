/** A time in which the run kept a part of the network away. */
export interface Absence {
  /** For people, as `kill 25`. */
  readonly cause: string;
  /** Null: the sequencer, without which nobody can do anything. */
  readonly nodeNo: number | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of it, what its start took at most; 0 for a process that was only stopped. */
  readonly restartMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a node needs after its start for whatever it owes, on a machine that has nothing else to do. */
const LEAST_ENOUGH_MS = 5_000;

/** However slow a start was, this is enough. */
const MOST_ENOUGH_MS = 20_000;

/**
 * For so long a node is left alone after its start: a machine that takes long to start one takes long for
 * the rest, too.
 */
export function restMs(restartMs: number): number {
  return Math.max(LEAST_ENOUGH_MS, 2 * restartMs);
}

/** Whoever was there for so long had the time to do what it owed. */
export function enoughMs(restartMs: number): number {
  return Math.min(MOST_ENOUGH_MS, restMs(restartMs));
}

/** For how long somebody was away: moments at which several were count once. */
export function awayMs(absences: readonly Span[]): number {
  let sumMs = 0;
  let countedUntilMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, untilMs } of [...absences].sort((a, b) => a.fromMs - b.fromMs)) {
    sumMs += Math.max(0, untilMs - Math.max(fromMs, countedUntilMs));
    countedUntilMs = Math.max(countedUntilMs, untilMs);
  }
  return sumMs;
}

export function isDuring({ fromMs, untilMs }: Span, span: Span): boolean {
  return fromMs < span.untilMs && untilMs > span.fromMs;
}

/** The longest time within a span in which nothing of these was away. */
export function longestPresenceMs(span: Span, absences: readonly Span[]): number {
  let freeFromMs = span.fromMs;
  let longestMs = 0;
  for (const { fromMs, untilMs } of [...absences].sort((a, b) => a.fromMs - b.fromMs)) {
    longestMs = Math.max(longestMs, Math.min(fromMs, span.untilMs) - freeFromMs);
    freeFromMs = Math.max(freeFromMs, untilMs);
  }
  return Math.max(longestMs, span.untilMs - freeFromMs);
}
