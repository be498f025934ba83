import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { BrokerError } from "./broker-error.ts";

export interface RateOptions {
  /** Requests per second to one origin, over all intents. */
  readonly perSecond: number;
  /** Requests that may come at once. */
  readonly burst: number;
  /** Requests on their way to one origin, over all intents. */
  readonly concurrent: number;
  /** Requests that may wait for their turn. */
  readonly waiting: number;
}

/** Keeps this node from being used against an origin: a token bucket and a number of places. */
export class OriginLimiter {
  readonly #options: RateOptions;
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  #busy = 0;
  #tokens: number;
  #filledMs: number;

  constructor(options: RateOptions, collaborators: { clock: Clock }) {
    this.#options = options;
    this.#clock = collaborators.clock;
    this.#tokens = options.burst;
    this.#filledMs = this.#clock.nowMs();
  }

  /** Nothing runs, nothing waits, the bucket is full: it can be forgotten. */
  get isIdle(): boolean {
    this.#fill();
    return this.#busy === 0 && this.#queue.length === 0 && this.#tokens >= this.#options.burst;
  }

  /** Waits for a turn. The caller gives it back by `leave`. @throws BrokerError RATE_LIMITED */
  async enter(signal: AbortSignal): Promise<void> {
    await this.#place(signal);
    if (await this.#token(signal)) return;
    this.leave();
    throw new BrokerError("RATE_LIMITED", "no turn in time");
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }

  async #place(signal: AbortSignal): Promise<void> {
    if (this.#busy < this.#options.concurrent) {
      this.#busy += 1;
      return;
    }
    if (this.#queue.length >= this.#options.waiting) {
      throw new BrokerError("RATE_LIMITED", "too many wait for this origin");
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1);
        reject(new BrokerError("RATE_LIMITED", "no turn in time"));
      };
      this.#queue.push(turn);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  async #token(signal: AbortSignal): Promise<boolean> {
    for (this.#fill(); this.#tokens < 1; this.#fill()) {
      const waitMs = Math.ceil(((1 - this.#tokens) / this.#options.perSecond) * 1000);
      const isAborted = await sleep(waitMs, false, { signal }).catch(() => true);
      if (isAborted) return false;
    }
    this.#tokens -= 1;
    return true;
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs();
    const gained = (Math.max(0, nowMs - this.#filledMs) / 1000) * this.#options.perSecond;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + gained);
    this.#filledMs = nowMs;
  }
}
