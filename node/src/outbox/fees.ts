import type { CurrentFees, LedgerPort } from "./ledger-port.ts";

/** What the action key pays. `free`: chains whose base fee is zero, the embedded one above all. */
export type FeePolicy =
  | { readonly kind: "free" }
  | { readonly kind: "market"; readonly maxFeePerGasWei: bigint };

export interface TransactionFees {
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

/** Pools take a replacement only when it pays a tenth more; a quarter leaves room. */
const RAISE_PERCENT = 125n;

/** Fees for version number `version` (from 0) of a transaction. */
export async function chooseFees(
  policy: FeePolicy,
  version: number,
  ledger: LedgerPort,
  signal: AbortSignal,
): Promise<TransactionFees> {
  if (policy.kind === "free") return { maxFeePerGasWei: 0n, maxPriorityFeePerGasWei: 0n };
  return marketFees(await ledger.fees(signal), version, policy.maxFeePerGasWei);
}

/** Twice the base fee and the usual tip, raised with each version, never above the cap. */
export function marketFees(
  { baseFeePerGasWei, priorityFeePerGasWei }: CurrentFees,
  version: number,
  cap: bigint,
): TransactionFees {
  let fee = 2n * baseFeePerGasWei + priorityFeePerGasWei;
  let tip = priorityFeePerGasWei;
  for (let raised = 0; raised < version && fee < cap; raised += 1) {
    fee = (fee * RAISE_PERCENT) / 100n + 1n;
    tip = (tip * RAISE_PERCENT) / 100n + 1n;
  }
  const maxFeePerGasWei = lower(fee, cap);
  return { maxFeePerGasWei, maxPriorityFeePerGasWei: lower(tip, maxFeePerGasWei) };
}

function lower(one: bigint, other: bigint): bigint {
  return one <= other ? one : other;
}
