/** One loop of a node. It ends when the signal aborts, never by an error of a single item. */
export interface Role {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Milliseconds since the epoch. */
export interface Clock {
  nowMs(): number;
}
