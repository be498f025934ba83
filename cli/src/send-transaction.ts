import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@deed/protocol/encoding";
import { describeRevert, type Ledger, type LedgerCall, RpcError } from "@deed/sdk";
import type { PrivateKeyAccount } from "viem/accounts";
import { askLedger } from "./ask-ledger.ts";
import { cliError } from "./cli-error.ts";

const POLL_MS = 250;
const LONGEST_WAIT_MS = 120_000;
const GAS_MARGIN_PERCENT = 125n;
/**
 * Two words of storage that were empty when it was asked, and hold something when it is mined, EIP-2929: a beacon
 * round that opens meanwhile makes a new chain wait for its turn, which writes more.
 */
const GAS_MARGIN = 2n * 22_100n;

interface FeeBlock {
  readonly baseFeePerGas?: Hex;
}

/** A type 2 transaction (EIP-1559) that only lacks its signature. */
export interface UnsignedTransaction {
  readonly chainId: number;
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Sends a call from a user's own account and waits for its block. Errors: CliError, RpcError. */
export async function sendTransaction(
  ledger: Ledger,
  account: PrivateKeyAccount,
  call: LedgerCall,
): Promise<Hex> {
  const prepared = await prepareTransaction(ledger, account.address, call, Date.now());
  return sendRaw(ledger, await account.signTransaction({ ...prepared, type: "eip1559" }));
}

/** Nonce, gas and fees of a call, as the ledger says. Errors: CLI_REVERTED, RpcError. */
export async function prepareTransaction(
  ledger: Ledger,
  from: Hex,
  call: LedgerCall,
  nowMs: number,
): Promise<UnsignedTransaction> {
  const { rpc, deployment } = ledger;
  const value = `0x${call.valueWei.toString(16)}`;
  const gas = await estimate(ledger, { from, to: call.to, data: call.data, value }, nowMs);
  const [nonce, latest, tip] = await Promise.all([
    rpc.request<Hex>("eth_getTransactionCount", [from, "pending"]),
    rpc.request<FeeBlock>("eth_getBlockByNumber", ["latest", false]),
    rpc.request<Hex>("eth_maxPriorityFeePerGas", []).catch((): Hex => "0x0"),
  ]);
  const baseFee = BigInt(latest.baseFeePerGas ?? "0x0");
  // Where gas is free, nobody's account needs funds.
  const priority = baseFee === 0n ? 0n : BigInt(tip);
  return {
    chainId: deployment.chainId,
    nonce: Number(nonce),
    to: call.to,
    data: call.data,
    value: call.valueWei,
    gas: (gas * GAS_MARGIN_PERCENT) / 100n + GAS_MARGIN,
    maxFeePerGas: baseFee * 2n + priority,
    maxPriorityFeePerGas: priority,
  };
}

/** Sends a signed transaction and waits for its block. Errors: CLI_REVERTED, CLI_TIMEOUT, RpcError. */
export async function sendRaw(ledger: Ledger, raw: Hex): Promise<Hex> {
  const hash = await ledger.rpc.request<Hex>("eth_sendRawTransaction", [raw]);
  await mined(ledger, hash);
  return hash;
}

/** Why a contract refuses a call: its error with the values, or the endpoint's words. */
export function revertReason(refused: {
  readonly data: Hex | null;
  readonly reason: string;
}): string {
  return (refused.data === null ? null : describeRevert(refused.data)) ?? refused.reason;
}

async function estimate(ledger: Ledger, request: object, nowMs: number): Promise<bigint> {
  try {
    return BigInt(await askLedger(ledger, "eth_estimateGas", request, nowMs));
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
    const remedy = "The ledger's contracts refuse it: see the reason.";
    throw cliError("CLI_REVERTED", revertReason(error.failure), remedy, { cause: error });
  }
}

async function mined(ledger: Ledger, hash: Hex): Promise<void> {
  const limitMs = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < limitMs) {
    const receipt = await ledger.rpc.request<{ readonly status: Hex } | null>(
      "eth_getTransactionReceipt",
      [hash],
    );
    if (receipt?.status === "0x1") return;
    if (receipt !== null) {
      const remedy = "Another transaction came first: look with `deed show`.";
      throw cliError("CLI_REVERTED", `transaction ${hash} reverted`, remedy);
    }
    await sleep(POLL_MS);
  }
  const message = `transaction ${hash} is in no block after ${LONGEST_WAIT_MS / 1000} s`;
  throw cliError("CLI_TIMEOUT", message, "Look later with `deed show`: it may still come.");
}
