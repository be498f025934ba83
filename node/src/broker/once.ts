import type { Hex } from "@deed/protocol/encoding";

/** A step of one attempt of one execution. */
export interface StepPlace {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly stepIndex: number;
}

/** Decides whether a request that may run at most once can still be sent. */
export interface OnceGuard {
  /** True once for each step, and only where the claim was made. */
  begin(place: StepPlace): boolean;
  /** Not a byte of the request has left: it may begin again. */
  release(place: StepPlace): void;
}

/**
 * The claim is the mark: only the process that submitted it sends, and it knows from memory alone
 * (DETAILS "At most once"; the spec's page on claims). Nothing of this is stored, on purpose: a
 * store that was rebuilt or rolled back would send twice.
 */
export class ClaimMemory implements OnceGuard {
  readonly #begun = new Map<Hex, Set<number>>();

  /** Call it when this process submits the first claim of an execution, never for a later attempt. */
  claimed(executionId: Hex): void {
    if (!this.#begun.has(executionId)) this.#begun.set(executionId, new Set());
  }

  /** The attempt has ended. */
  forget(executionId: Hex): void {
    this.#begun.delete(executionId);
  }

  begin(place: StepPlace): boolean {
    const begun = this.#begun.get(place.executionId);
    if (begun === undefined || place.attempt !== 1 || begun.has(place.stepIndex)) return false;
    begun.add(place.stepIndex);
    return true;
  }

  release(place: StepPlace): void {
    this.#begun.get(place.executionId)?.delete(place.stepIndex);
  }
}
