/** Wall-clock time and alarms; tests give their own. */
export interface Clock {
  nowMs(): number;
  /** Calls back once at or after `atMs`; the returned function cancels. */
  alarm(atMs: number, ring: () => void): () => void;
}

// setTimeout takes no more than 2^31 − 1 ms and fires at once beyond that.
const longestTimerMs = 2 ** 31 - 1;

/** The system's clock, set forward by `shiftMs`; a negative number sets it back. */
export function shiftedClock(shiftMs: number): Clock {
  const nowMs = (): number => Date.now() + shiftMs;
  return {
    nowMs,
    alarm: (atMs, ring) => {
      const timer = setTimeout(ring, Math.min(Math.max(0, atMs - nowMs()), longestTimerMs));
      return () => clearTimeout(timer);
    },
  };
}

export const systemClock: Clock = shiftedClock(0);
