import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { connectLedger, createRpc, type Ledger } from "@deed/sdk";
import { spawnChain } from "../chain/spawn-chain.ts";
import { fundedAccounts } from "../network/accounts.ts";
import type { Network } from "../network/start-network.ts";

/** A second history of a network's chain, which only the test knows. */
export interface ForkedChain {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/**
 * Copies the chain's journal as it stands and goes on from there: one party orders the blocks, so it can tell two
 * people two histories, and whoever signs for both has signed two things.
 */
export async function forkChain(network: Network, directory: string): Promise<ForkedChain> {
  const copy = join(directory, "chain");
  cpSync(join(network.directory, "chain"), copy, {
    recursive: true,
    filter: (path) => !basename(path).startsWith("lock-"),
  });
  const chain = await spawnChain({
    directory: copy,
    chainId: network.deployment.chainId,
    accounts: fundedAccounts(network.accounts).map(({ address }) => ({
      address: address.toLowerCase() as Hex,
      balance: `0x${(10n ** 24n).toString(16)}` as Hex,
    })),
  });
  const rpc = createRpc({ url: chain.rpcUrl }, { fetch });
  return { ledger: connectLedger(network.deployment, { rpc }), close: () => chain.close() };
}
