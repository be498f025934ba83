import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@deed/protocol/encoding";
import { describeRevert, type Ledger, type LedgerCall, RpcError } from "@deed/sdk";
import type { PrivateKeyAccount } from "viem/accounts";
import { cliError } from "./cli-error.ts";

const POLL_MS = 250;
const LONGEST_WAIT_MS = 120_000;
const GAS_MARGIN_PERCENT = 125n;

interface FeeBlock {
  readonly baseFeePerGas?: Hex;
}

/** Sends a call from a user's own account and waits for its block. Errors: CliError, RpcError. */
export async function sendTransaction(
  ledger: Ledger,
  account: PrivateKeyAccount,
  call: LedgerCall,
): Promise<Hex> {
  const { rpc, deployment } = ledger;
  const request = { from: account.address, to: call.to, data: call.data };
  const gas = await estimate(ledger, request);
  const [nonce, latest, tip] = await Promise.all([
    rpc.request<Hex>("eth_getTransactionCount", [account.address, "pending"]),
    rpc.request<FeeBlock>("eth_getBlockByNumber", ["latest", false]),
    rpc.request<Hex>("eth_maxPriorityFeePerGas", []).catch((): Hex => "0x0"),
  ]);
  const baseFee = BigInt(latest.baseFeePerGas ?? "0x0");
  // Where gas is free, nobody's account needs funds.
  const priority = baseFee === 0n ? 0n : BigInt(tip);
  const raw = await account.signTransaction({
    type: "eip1559",
    chainId: deployment.chainId,
    nonce: Number(nonce),
    to: call.to,
    data: call.data,
    value: call.valueWei,
    gas: (gas * GAS_MARGIN_PERCENT) / 100n,
    maxFeePerGas: baseFee * 2n + priority,
    maxPriorityFeePerGas: priority,
  });
  const hash = await rpc.request<Hex>("eth_sendRawTransaction", [raw]);
  await mined(ledger, hash);
  return hash;
}

async function estimate(ledger: Ledger, request: object): Promise<bigint> {
  try {
    return BigInt(await ledger.rpc.request<Hex>("eth_estimateGas", [request]));
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
    const { data, reason } = error.failure;
    const said = (data === null ? null : describeRevert(data)) ?? reason;
    const remedy = "The ledger's contracts refuse it: see the reason.";
    throw cliError("CLI_REVERTED", said, remedy, { cause: error });
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
