/**
 * A purpose is one transaction for ever: one that a block too early could only revert would never be sent
 * again. Purposes therefore carry a turn, new every so often, while what they are for is not done.
 */
export function turnAt(nowMs: number, firstMs: number, everyMs: number): number {
  return Math.max(0, Math.floor((nowMs - firstMs) / everyMs));
}

/** When the turn after this one comes. */
export function nextTurnMs(nowMs: number, firstMs: number, everyMs: number): number {
  return firstMs + (turnAt(nowMs, firstMs, everyMs) + 1) * everyMs;
}
