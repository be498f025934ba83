import type { Clock } from "../clock.ts";

export interface RateLimiterOptions {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
  /** Remotes that are remembered; the longest unseen are forgotten, and thereby begin full. */
  readonly remotes: number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** A token bucket for each remote. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimiterOptions, collaborators: { readonly clock: Clock }) {
    this.#options = options;
    this.#clock = collaborators.clock;
  }

  /** Takes one. @returns 0 when it was there, else how long until it is. */
  take(remote: string): number {
    const { perSecond, burst, remotes } = this.#options;
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(remote) ?? { tokens: burst, filledMs: nowMs };
    // Taken out and put in again: the map's first is the longest unseen.
    this.#buckets.delete(remote);
    this.#buckets.set(remote, bucket);
    if (this.#buckets.size > remotes) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const elapsedMs = Math.max(0, nowMs - bucket.filledMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
    bucket.tokens -= 1;
    return 0;
  }
}
