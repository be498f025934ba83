import type { Anchor } from "@deed/protocol/runtime";
import type { Store } from "../store/store.ts";

/** The newest final ledger block that this node knows; null before its first. */
export function newestAnchor(store: Store, chainId: number): Anchor | null {
  const cursor = store.read.cursors.get({ chainId });
  return cursor === null ? null : { number: cursor.blockNumber, hash: cursor.blockHash };
}
