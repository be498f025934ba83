import type { Clock } from "./role.ts";

/**
 * Lets a loop sleep until something changed or a time came. A wake-up that comes while nobody waits
 * is kept for the next wait, so none is lost.
 */
export class Waker {
  readonly #clock: Clock;
  #pending = false;
  #release: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#pending = true;
    this.#release?.();
  }

  /** @param untilMs Time at which to go on without a wake-up; null to wait for one. */
  async wait(untilMs: number | null, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) await this.#sleep(untilMs, signal);
    this.#pending = false;
  }

  #sleep(untilMs: number | null, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const delayMs = untilMs === null ? null : Math.max(0, untilMs - this.#clock.nowMs());
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#release = null;
        resolve();
      };
      const timer = delayMs === null ? undefined : setTimeout(done, Math.min(delayMs, 60_000));
      signal.addEventListener("abort", done, { once: true });
      this.#release = done;
    });
  }
}

/** Wake-ups of a node's roles, by name. The watch role rings them all after each block. */
export class Wakers {
  readonly #clock: Clock;
  readonly #byName = new Map<string, Waker>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(name: string): Waker {
    let waker = this.#byName.get(name);
    if (waker === undefined) {
      waker = new Waker(this.#clock);
      this.#byName.set(name, waker);
    }
    return waker;
  }

  wakeAll(): void {
    for (const waker of this.#byName.values()) waker.wake();
  }
}
