import { sampleCounterAbi, sampleTokenAbi } from "@deed/contracts";
import { readArtifact } from "@deed/contracts/artifact";
import type { Hex } from "@deed/protocol/encoding";
import type { LedgerCall, Rpc } from "@deed/sdk";
import { decodeFunctionResult, encodeFunctionData } from "viem";
import { NetworkError } from "../network/network-error.ts";
import type { Sender } from "../network/sender.ts";

/** Where the samples' contracts are. */
export interface SampleContracts {
  readonly token: Hex;
  readonly counter: Hex;
}

/** Deploys token and counter; the sender holds the whole supply. */
export async function deploySampleContracts(sender: Sender): Promise<SampleContracts> {
  const deploy = async (name: string): Promise<Hex> => {
    const receipt = await sender.send(name, { data: readArtifact(name).bytecode });
    if (receipt.contractAddress !== null) {
      return receipt.contractAddress.toLowerCase() as Hex;
    }
    const reason = "no contract address";
    throw new NetworkError({ code: "NETWORK_TRANSACTION_FAILED", what: name, reason });
  };
  const [token, counter] = await Promise.all([deploy("SampleToken"), deploy("SampleCounter")]);
  return { token, counter };
}

/** A transfer of the sample token: it emits the event that two samples watch. */
export function tokenTransfer(token: Hex, to: Hex, amount: bigint): LedgerCall {
  const data = encodeFunctionData({
    abi: sampleTokenAbi,
    functionName: "transfer",
    args: [to, amount],
  });
  return { to: token, data, valueWei: 0n };
}

/** What the counter says of one caller. @param block Number or tag; the newest when left out. */
export async function countOf(
  rpc: Rpc,
  counter: Hex,
  caller: Hex,
  block: Hex | "latest" = "latest",
): Promise<bigint> {
  const data = encodeFunctionData({
    abi: sampleCounterAbi,
    functionName: "totalOf",
    args: [caller],
  });
  const result = await rpc.request<Hex>("eth_call", [{ to: counter, data }, block]);
  return decodeFunctionResult({ abi: sampleCounterAbi, functionName: "totalOf", data: result });
}
