import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** A sleep that ends early when woken, also when the wake-up came before the sleep. */
export class Alarm {
  readonly #clock: Clock;
  #woken = false;
  #ring: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#ring();
  }

  /** Wake-ups up to here are being served. */
  rearm(): void {
    this.#woken = false;
  }

  /** Returns at `untilMs`, or when woken; without `untilMs` only when woken. */
  async sleep(untilMs: number | undefined): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      const cancel = untilMs === undefined ? () => {} : this.#clock.alarm(untilMs, resolve);
      this.#ring = () => {
        cancel();
        resolve();
      };
    });
    this.#ring = () => {};
    // Requests that arrived in the same turn belong into the same block.
    await nextTurn();
  }
}
