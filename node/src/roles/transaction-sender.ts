import type { LedgerCall } from "@deed/sdk";
import type { TransactionReceipt } from "../store/transactions.ts";

/** A transaction that a role wants. Asked twice for one purpose, it is one transaction. */
export interface TransactionWish {
  readonly purpose: string;
  readonly call: LedgerCall;
  /** Gas limit; null leaves it to an estimate. */
  readonly gas: number | null;
}

/** How a wish ended. A mined transaction may have reverted: see its receipt. */
export type TransactionEnd =
  | { readonly kind: "mined"; readonly receipt: TransactionReceipt }
  | { readonly kind: "never"; readonly reason: string };

/** The outbox as roles use it. */
export interface TransactionSender {
  /** Resolves when the wish is on the disk: from here on it is sent until it ends, also after a restart. */
  wish(wish: TransactionWish): Promise<void>;
  /** Resolves at the end of a wish. Rejects when the signal aborts. */
  ended(purpose: string, signal: AbortSignal): Promise<TransactionEnd>;
}
