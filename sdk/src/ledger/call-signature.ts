import {
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
} from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, toFunctionSelector, toFunctionSignature } from "viem";

const ABIS: readonly Abi[] = [
  registryAbi,
  intentsAbi,
  beaconAbi,
  executionsAbi,
  disputesAbi,
  gatewayAbi,
];
let known: ReadonlyMap<string, string> | null = null;

/** The function that a call of one of Deed's contracts names, as `closeRound(uint40)`. Errors: RangeError. */
export function callSignature(data: Hex): string {
  known ??= new Map(
    ABIS.flatMap((abi) => abi.filter((item) => item.type === "function")).map((item) => [
      toFunctionSelector(item),
      toFunctionSignature(item),
    ]),
  );
  const signature = known.get(data.slice(0, 10));
  if (signature === undefined) throw new RangeError(`no contract has ${data.slice(0, 10)}`);
  return signature;
}
