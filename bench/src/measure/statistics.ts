/** What a series of measured values says; null where there was nothing to measure. */
export interface Summary {
  readonly samples: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The smallest value that at least `percent` of the values do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? null;
}

export function summary(values: readonly number[]): Summary {
  const { length: samples } = values;
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    samples,
    mean: samples === 0 ? null : sum / samples,
    p50: percentile(values, 50),
    p99: percentile(values, 99),
  };
}

/** Events per second; null for no time at all. */
export function perSecond(events: number, elapsedMs: number): number | null {
  return elapsedMs > 0 ? (events * 1000) / elapsedMs : null;
}

/** To so many digits that differ from noise; null stays null. */
export function rounded(value: number | null, digits = 3): number | null {
  if (value === null || value === 0) return value;
  return Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(Math.abs(value))))));
}
