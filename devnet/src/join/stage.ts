import type { Hex } from "@deed/protocol/encoding";
import { DEVNET_PARAMETERS, type LedgerParameters } from "@deed/sdk";
import type { EchoServer } from "../echo/echo-server.ts";
import type { NodeProcess } from "../network/node-process.ts";
import type { Network } from "../network/start-network.ts";
import type { StepTaker } from "./steps.ts";

/** The stage of the story. */
export interface Stage {
  readonly steps: StepTaker;
  readonly cwd: string;
  readonly network: Network;
  readonly echo: EchoServer;
  /** Ports of the new node. */
  readonly ports: { readonly peer: number; readonly api: number };
  /** Sends coins of the network's founder, as an exchange would. */
  fund(to: Hex, wei: bigint): Promise<void>;
  startNode(): Promise<NodeProcess>;
}

/** Beside the generation, whatever the bounds allow to be short is as on every embedded network. */
const GENERATION_SEC = 10;
/** Longer than the longest case of these parameters (ParameterBounds), which the contract checks. */
export const UNBONDING_SEC: number = 7 * 3600;

export const PARAMETERS: LedgerParameters = {
  ...DEVNET_PARAMETERS,
  generationSec: GENERATION_SEC,
  unbondingSec: UNBONDING_SEC,
};

export const BOND_WEI: bigint = PARAMETERS.minBondWei;
/** The command line that signs as a key. */
export const by = (name: string): readonly string[] => [
  ...["--keystore", `${name}.json`, "--passphrase-file", "pw", "--yes"],
];
