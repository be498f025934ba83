import type { Hex } from "@deed/protocol/encoding";
import type { Clock } from "../clock.ts";
import type { SignedTransaction, Signer } from "../signer/signer-api.ts";
import type { Store } from "../store/store.ts";
import type { TransactionRow } from "../store/transactions.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { FeePolicy, TransactionFees } from "./fees.ts";
import type { LedgerPort } from "./ledger-port.ts";
import type { TransactionEnds } from "./transaction-ends.ts";

export interface OutboxOptions {
  readonly fees: FeePolicy;
  /** Blocks on top of a transaction's before it counts as mined. Default 0. */
  readonly confirmations?: number;
  /** Transactions with a nonce that are not mined. Default 16. */
  readonly maxInFlight?: number;
  /** How often a receipt is asked for. Default 1 s. */
  readonly pollMs?: number;
  /** When bytes are sent again, with higher fees where there are fees. Default 15 s. */
  readonly resendMs?: number;
  /** Wait after an error of the ledger or the signer. Default 500 ms. */
  readonly retryMs?: number;
}

export interface OutboxParts {
  readonly store: Store;
  readonly signer: Pick<Signer, "transaction" | "burn" | "status">;
  readonly ledger: LedgerPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Shared by the outboxes of one node. Default: of its own. */
  readonly ends?: TransactionEnds;
}

/** Everything of one outbox, with its defaults. */
export interface OutboxContext extends OutboxParts {
  readonly options: Required<OutboxOptions>;
  /** Changes a row; `ended` tells those who wait. */
  change(row: TransactionRow, patch: Partial<Omit<TransactionRow, "id">>): Promise<void>;
}

/** The empty transfer that spends a nonce costs this much. */
export const BURN_GAS = 21_000;

export function withDefaults(options: OutboxOptions): Required<OutboxOptions> {
  return {
    confirmations: 0,
    maxInFlight: 16,
    pollMs: 1_000,
    resendMs: 15_000,
    retryMs: 500,
    ...options,
  };
}

/** An empty call is the one transfer that the signer makes: to the key itself. */
export function signRow(
  signer: OutboxParts["signer"],
  row: Pick<TransactionRow, "toAddress" | "calldata">,
  terms: { readonly nonce: number; readonly gas: number } & TransactionFees,
): Promise<SignedTransaction> {
  if (row.calldata === "0x") return signer.burn(terms);
  return signer.transaction({ ...terms, to: row.toAddress, data: row.calldata });
}

/** A row as it begins. */
export function newRow(
  wish: {
    readonly id: number;
    readonly purpose: string;
    readonly sender: Hex;
    readonly to: Hex;
    readonly data: Hex;
    readonly valueWei: bigint;
    readonly gas: number | null;
  },
  nowMs: number,
): TransactionRow {
  return {
    id: wish.id,
    purpose: wish.purpose,
    kind: wish.purpose.split(":")[0] ?? "",
    sender: wish.sender,
    toAddress: wish.to,
    calldata: wish.data,
    valueWei: wish.valueWei,
    gas: wish.gas,
    nonce: null,
    raw: null,
    txHash: null,
    sentHashes: [],
    state: "queued",
    attempts: 0,
    receipt: null,
    error: null,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
}
