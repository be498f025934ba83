/** The last part of a lease belongs to the record: when effects may no longer begin. */
export function effectsEndMs(deadlineSec: number, leaseMarginSec: number): number {
  return deadlineSec * 1000 - leaseMarginSec * 700;
}

/** What is done by then is recorded; the rest of the batch is left to a later attempt. */
export function recordAtMs(deadlineSec: number, leaseMarginSec: number): number {
  return deadlineSec * 1000 - leaseMarginSec * 500;
}
