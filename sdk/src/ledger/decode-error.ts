import {
  beaconAbi,
  directoryAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  governanceAbi,
  intentsAbi,
  registryAbi,
  timelockAbi,
} from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, decodeErrorResult } from "viem";

const ABIS: readonly Abi[] = [
  intentsAbi,
  executionsAbi,
  registryAbi,
  beaconAbi,
  directoryAbi,
  disputesAbi,
  gatewayAbi,
  governanceAbi,
  timelockAbi,
  directoryAbi,
];

/** What a contract reverted with, for example `NonceSpent(0xabc…, 5)`; null when none of ours knows it. */
export function describeRevert(data: Hex): string | null {
  for (const abi of ABIS) {
    try {
      const { errorName, args } = decodeErrorResult({ abi, data }) as {
        readonly errorName: string;
        readonly args?: readonly unknown[];
      };
      return `${errorName}(${(args ?? []).map(String).join(", ")})`;
    } catch {
      // Another contract may know it.
    }
  }
  return null;
}
