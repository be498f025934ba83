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
import type { Abi } from "viem";
import type { Deployment } from "./deployment.ts";

export type CallableContract =
  | "registry"
  | "governance"
  | "timelock"
  | "directory"
  | "beacon"
  | "intents"
  | "executions"
  | "disputes"
  | "gateway";

/** The contracts that people's transactions go to, by their names in a deployment. */
export const CONTRACT_ABIS: Readonly<Record<CallableContract, Abi>> = {
  registry: registryAbi,
  governance: governanceAbi,
  timelock: timelockAbi,
  directory: directoryAbi,
  beacon: beaconAbi,
  intents: intentsAbi,
  executions: executionsAbi,
  disputes: disputesAbi,
  gateway: gatewayAbi,
};

const NAMES = Object.keys(CONTRACT_ABIS) as readonly CallableContract[];

/** Which contract of a deployment lies at an address; null for any other address. */
export function contractAt(deployment: Deployment, address: Hex): CallableContract | null {
  return NAMES.find((name) => deployment[name] === address.toLowerCase()) ?? null;
}
