import { join } from "node:path";
import { connectLedger, createRpc, type Ledger } from "@deed/sdk";
import { spawnChain } from "../chain/spawn-chain.ts";
import type { NetworkFile } from "../network/network-file.ts";

/** A network's ledger, to read. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** The ledger of a network that runs, or of one that was stopped: then its chain runs for as long. */
export async function openLedgerOf(
  directory: string,
  { deployment, rpcPort }: NetworkFile,
  parts: { onProgress(message: string): void },
): Promise<OpenedLedger> {
  const rpc = createRpc({ url: `http://127.0.0.1:${rpcPort}` }, { fetch });
  if (await answers(() => rpc.request("eth_chainId", []))) {
    return { ledger: connectLedger(deployment, { rpc }), close: async () => undefined };
  }
  parts.onProgress("The network does not run: starting its chain alone");
  const chain = await spawnChain({ directory: join(directory, "chain") });
  const own = createRpc({ url: chain.rpcUrl }, { fetch });
  return { ledger: connectLedger(deployment, { rpc: own }), close: () => chain.close() };
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}
