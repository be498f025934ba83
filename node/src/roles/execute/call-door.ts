import type { Hasher, Hex } from "@deed/protocol/encoding";
import type { EffectError } from "@deed/protocol/runtime";
import type { Ledger } from "@deed/sdk";
import type { CallHandler } from "../../broker/broker.ts";
import type { Attempt } from "./attempt.ts";
import { type CallOptions, performCall } from "./calls.ts";
import type { GatewayActions } from "./gateway-actions.ts";

interface OpenAttempt {
  readonly attempt: Attempt;
  readonly refusal: () => EffectError | null;
  readonly mayBeDone: boolean;
}

export interface CallDoorParts {
  readonly ledger: Ledger;
  readonly actions: GatewayActions;
  readonly hasher: Hasher;
}

/** On-chain steps of the attempts that are under way; the broker has checked them against their plans. */
export class CallDoor {
  readonly #options: CallOptions;
  readonly #parts: CallDoorParts;
  readonly #open = new Map<Hex, OpenAttempt>();

  constructor(options: CallOptions, parts: CallDoorParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** @param terms `mayBeDone`: an earlier process or attempt may have sent some of its calls. */
  open(attempt: Attempt, terms: Omit<OpenAttempt, "attempt">): void {
    this.#open.set(attempt.execution.executionId, { attempt, ...terms });
  }

  close(executionId: Hex): void {
    this.#open.delete(executionId);
  }

  readonly handle: CallHandler = (effect, { job }, signal) => {
    const found = this.#open.get(job.executionId);
    if (found === undefined) throw new TypeError("a call of an attempt that is not open");
    const { attempt, ...terms } = found;
    return performCall(this.#options, { ...this.#parts, ...terms }, attempt, effect, signal);
  };
}
