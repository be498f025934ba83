import type { Clock } from "../clock.ts";

/** Lets one loop sleep until it is rung or a time has come. A ring while nobody sleeps is kept. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** @param untilMs Null: until it is rung. */
  async sleep(untilMs: number | null, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const delayMs = untilMs === null ? null : Math.max(0, untilMs - this.#clock.nowMs());
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          this.#wake = null;
          resolve();
        };
        const timer = delayMs === null ? undefined : setTimeout(done, delayMs);
        signal.addEventListener("abort", done, { once: true });
        this.#wake = done;
      });
    }
    this.#rung = false;
  }
}
