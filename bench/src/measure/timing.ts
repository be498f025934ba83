import { perSecond, rounded, type Summary, summary } from "./statistics.ts";

export interface LoopOptions {
  readonly inFlight: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** What a loop did. */
export interface LoopResult {
  readonly durationsMs: readonly number[];
  readonly elapsedMs: number;
}

/** Keeps so many calls on their way until the time is over, then waits for the last ones. */
export async function closedLoop(
  { inFlight, seconds, signal }: LoopOptions,
  work: (lane: number) => Promise<void>,
): Promise<LoopResult> {
  const durationsMs: number[] = [];
  const startedMs = performance.now();
  const untilMs = startedMs + seconds * 1000;
  const run = async (lane: number): Promise<void> => {
    do {
      signal.throwIfAborted();
      const beganMs = performance.now();
      await work(lane);
      durationsMs.push(performance.now() - beganMs);
    } while (performance.now() < untilMs);
  };
  await Promise.all(Array.from({ length: inFlight }, (_, lane) => run(lane)));
  return { durationsMs, elapsedMs: performance.now() - startedMs };
}

/** Calls per second of a loop, with the percentiles of a call in milliseconds. */
export function rateOf(loop: LoopResult): {
  readonly perSecond: number | null;
  readonly ms: Summary;
} {
  const { samples, mean, p50, p99 } = summary(loop.durationsMs);
  return {
    perSecond: rounded(perSecond(samples, loop.elapsedMs)),
    ms: { samples, mean: rounded(mean), p50: rounded(p50), p99: rounded(p99) },
  };
}
