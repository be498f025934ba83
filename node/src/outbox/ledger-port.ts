import type { Hex } from "@deed/protocol/encoding";
import type { TransactionReceipt } from "../store/transactions.ts";

/** A call to be tried without sending it. */
export interface CallToTry {
  readonly from: Hex;
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Null: as much as it takes. */
  readonly gas: number | null;
}

/** What a try at the head says. */
export type Simulation =
  | { readonly kind: "passes"; readonly gas: number }
  | { readonly kind: "reverts"; readonly reason: string };

/** Fees of the newest block. */
export interface CurrentFees {
  readonly baseFeePerGasWei: bigint;
  readonly priorityFeePerGasWei: bigint;
}

/**
 * What a chain says to raw bytes. `accepted`: mined, waiting, or already there; `early`: a nonce before it is
 * missing; `stale`: its nonce is used; `unfunded`: the sender cannot pay; `refused`: never as it is.
 */
export type SendAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "early" }
  | { readonly kind: "stale" }
  | { readonly kind: "unfunded"; readonly reason: string }
  | { readonly kind: "underpriced"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

/** The ledger as the outbox uses it. A rejected promise means that it did not answer: try again. */
export interface LedgerPort {
  /** Number of the head. */
  head(signal: AbortSignal): Promise<number>;
  /** How many transactions of the sender are in the chain. */
  nonce(sender: Hex, signal: AbortSignal): Promise<number>;
  fees(signal: AbortSignal): Promise<CurrentFees>;
  simulate(call: CallToTry, signal: AbortSignal): Promise<Simulation>;
  /** May answer only after mining. */
  send(raw: Hex, signal: AbortSignal): Promise<SendAnswer>;
  receipt(txHash: Hex, signal: AbortSignal): Promise<TransactionReceipt | null>;
}
