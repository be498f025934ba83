import type { Ledger } from "@deed/sdk";
import { intentJudge } from "../judge-intent.ts";
import { LedgerFollower } from "../roles/watch/ledger-follower.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface RebuildOptions {
  /** A file that is not there yet. */
  readonly path: string;
  /** Whose store it is to be. */
  readonly nodeNo: number;
  /** The last block that is read. */
  readonly toBlock: number;
  /** Chains besides the ledger's that the node knows. */
  readonly otherChains: readonly number[];
}

export interface RebuildParts {
  readonly ledger: Ledger;
  readonly logger: Logger;
  nowMs(): number;
  onProgress?(block: number, of: number): void;
}

const CHUNK_BLOCKS = 1_000;

/** Feeds an empty store from the ledger's events up to a block. Errors: RpcError, StoreError, FollowerError. */
export async function rebuildStore(options: RebuildOptions, parts: RebuildParts): Promise<Store> {
  const { path, nodeNo, toBlock, otherChains } = options;
  const { ledger, logger } = parts;
  const { deployment } = ledger;
  const last = await ledger.block(toBlock);
  if (last === null) throw new RangeError(`the ledger has no block ${toBlock}`);
  const store = openStore({ path }, { logger });
  try {
    const upToThere: Ledger = { ...ledger, head: async () => last };
    const judgeIntent = intentJudge({ deployment, otherChains });
    const follower = new LedgerFollower(
      { ownNodeNo: nodeNo, chunkBlocks: CHUNK_BLOCKS },
      { ...parts, ledger: upToThere, store, judgeIntent },
    );
    let followed = await follower.step(0);
    while (followed !== null) {
      parts.onProgress?.(followed.block.number, toBlock);
      followed = await follower.step(0);
    }
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}
