import { ChainError } from "./error.ts";

/** The newest block, as far as waiting is concerned. */
export interface Head {
  readonly number: number;
  readonly hash: string;
  readonly timestampSec: number;
}

/** What someone waits for. */
export type Target =
  | { readonly kind: "block"; readonly number: number }
  | { readonly kind: "time"; readonly timestampSec: number };

interface Waiter {
  readonly target: Target;
  readonly resolve: (head: Head) => void;
  readonly reject: (error: ChainError) => void;
}

/** Those who wait on time or height: the only reason for empty blocks. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();
  #ticking = 0;

  /** Resolves with the first head that reaches the target. */
  wait(target: Target, head: Head, signal?: AbortSignal): Promise<Head> {
    if (reached(target, head)) return Promise.resolve(head);
    return new Promise((resolve, reject) => {
      const cancel = (): void => settle(() => reject(new ChainError({ code: "WAIT_CANCELLED" })));
      const settle = (outcome: () => void): void => {
        signal?.removeEventListener("abort", cancel);
        this.#waiters.delete(waiter);
        outcome();
      };
      const waiter: Waiter = {
        target,
        resolve: (reachedBy) => settle(() => resolve(reachedBy)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", cancel);
    });
  }

  /** Asks for a block every second until the returned function is called. */
  tick(): () => void {
    this.#ticking += 1;
    let released = false;
    return () => {
      if (!released) this.#ticking -= 1;
      released = true;
    };
  }

  /** When an empty block is wanted at the latest; undefined when nobody waits. */
  nextDueMs(head: Head): number | undefined {
    // Time comes by itself and needs one block; height needs a block a second, as do ticks.
    const dueSec = this.#ticking > 0 ? [head.timestampSec + 1] : [];
    for (const { target } of this.#waiters) {
      dueSec.push(target.kind === "time" ? target.timestampSec : head.timestampSec + 1);
    }
    return dueSec.length === 0 ? undefined : 1000 * Math.min(...dueSec);
  }

  /** Wakes those whose target this head reaches. */
  settle(head: Head): void {
    for (const waiter of this.#waiters) if (reached(waiter.target, head)) waiter.resolve(head);
  }

  rejectAll(error: ChainError): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }
}

function reached(target: Target, head: Head): boolean {
  return target.kind === "block"
    ? head.number >= target.number
    : head.timestampSec >= target.timestampSec;
}
