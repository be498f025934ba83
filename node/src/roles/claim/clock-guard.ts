import type { RpcBlock } from "@deed/sdk";
import type { Clock } from "../role.ts";

export interface ClockGuardOptions {
  /** Most by which clock and head may differ. */
  readonly toleranceMs: number;
  /** A head is looked at again when the last look is older. */
  readonly everyMs: number;
}

/** What a look at the head says of this node's clock. Positive: the clock is ahead. */
export type ClockJudgement =
  | { readonly kind: "trusted" }
  | { readonly kind: "off"; readonly offMs: number };

interface Look {
  readonly atMs: number;
  readonly blockNumber: number;
}

/**
 * Compares this node's clock with the head of a live chain. A chain that rests says nothing: its head
 * is old. A block that came between two looks was stamped between them, by a clock that agrees.
 */
export class ClockGuard {
  readonly #options: ClockGuardOptions;
  readonly #clock: Clock;
  readonly #head: () => Promise<RpcBlock>;
  #last: Look | null = null;
  #judgement: ClockJudgement = { kind: "trusted" };

  constructor(
    options: ClockGuardOptions,
    collaborators: { readonly clock: Clock; readonly head: () => Promise<RpcBlock> },
  ) {
    this.#options = options;
    this.#clock = collaborators.clock;
    this.#head = collaborators.head;
  }

  /** Errors: RpcError. */
  async judge(): Promise<ClockJudgement> {
    const beforeMs = this.#clock.nowMs();
    const last = this.#last;
    if (last !== null && beforeMs - last.atMs < this.#options.everyMs && beforeMs >= last.atMs) {
      return this.#judgement;
    }
    const head = await this.#head();
    const atMs = this.#clock.nowMs();
    this.#last = { atMs, blockNumber: head.number };
    this.#judgement = this.#judged(head, atMs, last);
    return this.#judgement;
  }

  #judged(head: RpcBlock, atMs: number, last: Look | null): ClockJudgement {
    const { toleranceMs } = this.#options;
    const stampMs = head.timestampSec * 1000;
    if (stampMs > atMs + toleranceMs) return { kind: "off", offMs: atMs - stampMs };
    if (last === null) return { kind: "trusted" };
    if (head.number === last.blockNumber) return this.#judgement;
    // Stamps are whole seconds, rounded down.
    const newestStampMs = stampMs + 999;
    if (newestStampMs < last.atMs - toleranceMs) {
      return { kind: "off", offMs: last.atMs - newestStampMs };
    }
    return { kind: "trusted" };
  }
}
