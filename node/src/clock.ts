/** Milliseconds since the epoch. */
export interface Clock {
  nowMs(): number;
}
