import { executionsAbi } from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { describeRevert, type LedgerCall, type Rpc, RpcError } from "@deed/sdk";
import { decodeFunctionResult } from "viem";

/** What a call would do in the next block: the name of the error, or null when it passes. */
export async function revertOf(rpc: Rpc, call: LedgerCall, from: Hex): Promise<string | null> {
  try {
    await simulate(rpc, call, from);
    return null;
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
    const { data, reason } = error.failure;
    const described = data === null ? null : describeRevert(data);
    return (described ?? reason).replace(/\(.*/s, "");
  }
}

/** Which items of a claim would pass in the next block. */
export async function acceptedOf(rpc: Rpc, claim: LedgerCall, from: Hex): Promise<bigint> {
  const data = await simulate(rpc, claim, from);
  const [, accepted] = decodeFunctionResult({ abi: executionsAbi, functionName: "claim", data });
  return accepted;
}

function simulate(rpc: Rpc, { to, data }: LedgerCall, from: Hex): Promise<Hex> {
  return rpc.request<Hex>("eth_call", [{ from, to, data }, "pending"]);
}
