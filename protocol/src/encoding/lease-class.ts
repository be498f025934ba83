/** Durations of leases in seconds, by class (spec 04). */
export const LEASE_CLASS_SEC: readonly number[] = [
  5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 2700, 3600,
];

/** The smallest class that holds a duration; null when none does. */
export function leaseClassOf(durationSec: number): number | null {
  const found = LEASE_CLASS_SEC.findIndex((classSec) => classSec >= durationSec);
  return found === -1 ? null : found;
}
