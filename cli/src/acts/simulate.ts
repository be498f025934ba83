import type { Hex } from "@deed/protocol/encoding";
import { describeResult, type Ledger, type LedgerCall, RpcError } from "@deed/sdk";
import { askLedger } from "../ask-ledger.ts";
import { revertReason } from "../send-transaction.ts";

/** What the ledger would do with a call now. */
export type Simulation =
  | { readonly kind: "works"; readonly returns: string | null }
  | { readonly kind: "reverts"; readonly reason: string }
  /** Nobody was asked. */
  | { readonly kind: "unasked"; readonly reason: string };

/** Asks the ledger by eth_call, as of now. Errors: RpcError when its endpoint does not answer. */
export async function simulate(
  ledger: Ledger,
  call: LedgerCall,
  from: Hex | null,
  nowMs: number,
): Promise<Simulation> {
  const { deployment } = ledger;
  const value = `0x${call.valueWei.toString(16)}`;
  const request = { to: call.to, data: call.data, value, ...(from === null ? {} : { from }) };
  try {
    const data = await askLedger(ledger, "eth_call", request, nowMs);
    return {
      kind: "works",
      returns: describeResult(deployment, { ...call, target: call.to }, data),
    };
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
    return { kind: "reverts", reason: revertReason(error.failure) };
  }
}
