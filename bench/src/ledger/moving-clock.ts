import type { Clock } from "@deed/devnet";

/** The system's clock with an offset that only grows. The alarms of the chain never see a jump back. */
export class MovingClock implements Clock {
  #offsetMs = 0;

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  advance(seconds: number): void {
    this.#offsetMs += seconds * 1000;
  }

  alarm(atMs: number, ring: () => void): () => void {
    const timer = setTimeout(ring, Math.max(0, atMs - this.nowMs()));
    return () => clearTimeout(timer);
  }
}
