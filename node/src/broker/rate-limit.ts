import type { Hex } from "@deed/protocol/encoding";
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

interface Waiting {
  readonly grant: () => void;
  readonly refuse: () => void;
}

/**
 * Keeps this node from being used against an origin: a token bucket and a number of places. Intents take turns: one
 * that asks for much waits behind itself, and where no more may wait, the last one of the intent with the most goes.
 */
export class OriginLimiter {
  readonly #options: RateOptions;
  readonly #clock: Clock;
  /** In order of turns. */
  readonly #queues = new Map<Hex, Waiting[]>();
  #waiting = 0;
  #busy = 0;
  #tokens: number;
  #filledMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RateOptions, collaborators: { clock: Clock }) {
    this.#options = options;
    this.#clock = collaborators.clock;
    this.#tokens = options.burst;
    this.#filledMs = this.#clock.nowMs();
  }

  /** Nothing runs, nothing waits, the bucket is full: it can be forgotten. */
  get isIdle(): boolean {
    this.#fill();
    return this.#busy === 0 && this.#waiting === 0 && this.#tokens >= this.#options.burst;
  }

  /** Waits for a turn. The caller gives it back by `leave`. @throws BrokerError RATE_LIMITED */
  enter(intentHash: Hex, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        signal.removeEventListener("abort", giveUp);
        this.#remove(intentHash, waiting);
        end();
      };
      const refuse = (why: string) => (): void =>
        settle(() => reject(new BrokerError("RATE_LIMITED", why)));
      const waiting: Waiting = {
        grant: () => settle(resolve),
        refuse: refuse("too many wait for this origin"),
      };
      const giveUp = refuse("no turn in time");
      signal.addEventListener("abort", giveUp, { once: true });
      this.#add(intentHash, waiting);
      if (signal.aborted) giveUp();
      this.#grant();
      if (this.#waiting > this.#options.waiting) this.#longest()?.refuse();
    });
  }

  leave(): void {
    this.#busy -= 1;
    this.#grant();
  }

  /** Gives turns while there are places and tokens. */
  #grant(): void {
    this.#fill();
    while (this.#waiting > 0 && this.#busy < this.#options.concurrent) {
      if (this.#tokens < 1) {
        this.#wake();
        return;
      }
      this.#tokens -= 1;
      this.#busy += 1;
      this.#next()?.grant();
    }
  }

  /** The first of the intent whose turn it is, which goes to the end of the line. */
  #next(): Waiting | undefined {
    const [turn] = this.#queues;
    if (turn === undefined) return undefined;
    const [intentHash, queue] = turn;
    this.#queues.delete(intentHash);
    this.#queues.set(intentHash, queue);
    return queue[0];
  }

  #longest(): Waiting | undefined {
    let longest: readonly Waiting[] = [];
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue;
    return longest.at(-1);
  }

  #add(intentHash: Hex, waiting: Waiting): void {
    const queue = this.#queues.get(intentHash);
    if (queue === undefined) this.#queues.set(intentHash, [waiting]);
    else queue.push(waiting);
    this.#waiting += 1;
  }

  #remove(intentHash: Hex, waiting: Waiting): void {
    const queue = this.#queues.get(intentHash) ?? [];
    const at = queue.indexOf(waiting);
    if (at < 0) return;
    queue.splice(at, 1);
    this.#waiting -= 1;
    if (queue.length === 0) this.#queues.delete(intentHash);
  }

  #wake(): void {
    if (this.#timer !== null) return;
    const waitMs = Math.ceil(((1 - this.#tokens) / this.#options.perSecond) * 1000);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#grant();
    }, waitMs);
    // Who waits has a clock of its own.
    this.#timer.unref();
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs();
    const gained = (Math.max(0, nowMs - this.#filledMs) / 1000) * this.#options.perSecond;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + gained);
    this.#filledMs = nowMs;
  }
}
