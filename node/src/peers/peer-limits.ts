import type { Clock } from "../clock.ts";

export interface PeerLimitOptions {
  /** Requests per second of one node. */
  readonly perSecond: number;
  readonly burst: number;
  /** Requests of one node that are being answered. */
  readonly concurrent: number;
}

/** How much one peer may ask of us. */
export class PeerLimits {
  readonly #options: PeerLimitOptions;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;
  #busy = 0;

  constructor(options: PeerLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.burst;
    this.#filledMs = clock.nowMs();
  }

  /** True when a request may be answered; `leave` must follow. */
  enter(): boolean {
    const nowMs = this.#clock.nowMs();
    const gained = (Math.max(0, nowMs - this.#filledMs) / 1000) * this.#options.perSecond;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + gained);
    this.#filledMs = nowMs;
    if (this.#tokens < 1 || this.#busy >= this.#options.concurrent) return false;
    this.#tokens -= 1;
    this.#busy += 1;
    return true;
  }

  leave(): void {
    this.#busy -= 1;
  }
}
