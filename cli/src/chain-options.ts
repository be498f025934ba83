import type { Command } from "commander";
import { cliError } from "./cli-error.ts";

/** Chains for which a workflow is compiled where no network says which there are. */
export interface ChainOptions {
  readonly chain?: string;
  readonly otherChain?: string[];
}

export function withChains(target: Command): Command {
  return target
    .option("--chain <id>", "the ledger's chain, where no network is named (default: 31337)")
    .option("--other-chain <id...>", "other chains whose events may trigger");
}

/** Errors: CliError. */
export function chainsOf({ chain, otherChain }: ChainOptions): {
  readonly chainId?: number;
  readonly others: readonly number[];
} {
  const others = (otherChain ?? []).map(chainId);
  return chain === undefined ? { others } : { others, chainId: chainId(chain) };
}

function chainId(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw cliError("CLI_USAGE", `'${text}' is no chain id`, "A number, for example 31337.");
}
