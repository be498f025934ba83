import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type ComparedTable,
  compareStores,
  OWN_TABLES,
  type ReadTables,
  rebuildStore,
  SILENT,
} from "@deed/node/rebuild";
import { readStore } from "@deed/node/store";
import type { Ledger } from "@deed/sdk";
import { NetworkError } from "../network/network-error.ts";
import { readNetworkFile } from "../network/network-file.ts";
import { openLedgerOf } from "./open-ledger.ts";

export interface RebuildNetworkOptions {
  readonly directory: string;
  /** Where stores are rebuilt; they are removed again. */
  readonly workDirectory: string;
  readonly nodeNo: number | null;
}

export interface RebuildNetworkParts {
  nowMs(): number;
  onProgress(message: string): void;
}

/** What became of one node's store. */
export interface RebuiltNode {
  readonly nodeNo: number;
  readonly toBlock: number;
  readonly tables: readonly ComparedTable[];
  /** Rows of tables that no event fills. */
  readonly own: readonly { readonly name: string; readonly rows: number }[];
}

/** Rebuilds the stores of a network that runs or was stopped. Errors: NetworkError, StoreError, RpcError. */
export async function rebuildNetwork(
  options: RebuildNetworkOptions,
  parts: RebuildNetworkParts,
): Promise<readonly RebuiltNode[]> {
  const { directory, nodeNo } = options;
  const file = readNetworkFile(directory);
  const wanted = file?.nodes.filter((node) => nodeNo === null || node.nodeNo === nodeNo) ?? [];
  if (file === null || wanted.length === 0) {
    const what = nodeNo === null ? `network in ${directory}` : `node ${nodeNo} in ${directory}`;
    throw new NetworkError({ code: "NETWORK_NOT_THERE", what });
  }
  const opened = await openLedgerOf(directory, file, parts);
  try {
    const rebuilt: RebuiltNode[] = [];
    for (const node of wanted) {
      rebuilt.push(await rebuildNode(node.nodeNo, { ...options, ledger: opened.ledger }, parts));
    }
    return rebuilt;
  } finally {
    await opened.close();
  }
}

async function rebuildNode(
  nodeNo: number,
  options: RebuildNetworkOptions & { readonly ledger: Ledger },
  parts: RebuildNetworkParts,
): Promise<RebuiltNode> {
  const { directory, workDirectory, ledger } = options;
  const { chainId } = ledger.deployment;
  const live = readStore(join(directory, `node-${nodeNo}`, "node.db"), { snapshot: true });
  const path = join(workDirectory, `node-${nodeNo}.db`);
  try {
    const cursor = live.read.cursors.get({ chainId });
    if (cursor === null) {
      throw new NetworkError({
        code: "NETWORK_NOT_THERE",
        what: `block in the store of node ${nodeNo}`,
      });
    }
    const toBlock = cursor.blockNumber;
    parts.onProgress(`Node ${nodeNo}: reading the events of ${toBlock} blocks into an empty store`);
    const rebuild = { path, nodeNo, toBlock, otherChains: [] };
    const store = await rebuildStore(rebuild, {
      ...parts,
      ledger,
      logger: SILENT,
      onProgress: () => undefined,
    });
    try {
      const tables = compareStores(live.read, store.read);
      return { nodeNo, toBlock, tables, own: ownRows(live.read) };
    } finally {
      store.close();
    }
  } finally {
    live.close();
    for (const end of ["", "-wal", "-shm", ".lock"]) rmSync(path + end, { force: true });
  }
}

function ownRows(read: ReadTables): RebuiltNode["own"] {
  return Object.keys(OWN_TABLES).map((name) => ({
    name,
    rows: read[name as keyof ReadTables].count(),
  }));
}
