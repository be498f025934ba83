import type { Hex } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";

/** The first block at or after a time; the one after the head when none is. Errors: RpcError. */
export async function blockAtTime(rpc: Rpc, timeSec: number): Promise<number> {
  const head = await readBlock(rpc, "latest");
  if (head === null) return 0;
  if (head.timeSec < timeSec) return head.number + 1;
  let [before, at] = [-1, head.number];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    const block = await readBlock(rpc, `0x${middle.toString(16)}`);
    // What an endpoint no longer has is old.
    if (block !== null && block.timeSec >= timeSec) at = middle;
    else before = middle;
  }
  return at;
}

/** What of a block names and dates it. */
export interface BlockHead {
  readonly number: number;
  readonly hash: Hex;
  readonly timeSec: number;
}

/** A block by its number or tag; null when it is not there. Errors: RpcError. */
export async function readBlock(rpc: Rpc, tag: string): Promise<BlockHead | null> {
  const block = await rpc.request<{
    readonly number: Hex;
    readonly hash: Hex;
    readonly timestamp: Hex;
  } | null>("eth_getBlockByNumber", [tag, false]);
  if (block === null) return null;
  return { number: Number(block.number), hash: block.hash, timeSec: Number(block.timestamp) };
}
