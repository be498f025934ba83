import type { Hex } from "@deed/protocol/encoding";
import { type Rpc, RpcError } from "@deed/sdk";

/** A transaction as an endpoint gives it; addresses in lower case. */
export interface MinedTransaction {
  readonly from: Hex;
  readonly nonce: number;
  /** Null for a creation. */
  readonly to: Hex | null;
  readonly input: Hex;
}

interface RawTransaction {
  readonly from: Hex;
  readonly nonce: Hex;
  readonly to: Hex | null;
  readonly input: Hex;
}

/** Which nonce of which account, in which blocks; it is used at the last of them. */
export interface NonceToFind {
  readonly account: Hex;
  readonly nonce: number;
  readonly fromBlock: number;
  readonly toBlock: number;
}

/**
 * The transaction that used a nonce, by halving the range: no endpoint has an index by sender. Null where the endpoint
 * has no state of that time any more, or the nonce is used outside of the range. Errors: RpcError.
 */
export async function minedAtNonce(
  { account, nonce, fromBlock, toBlock }: NonceToFind,
  rpc: Rpc,
): Promise<MinedTransaction | null> {
  let low = fromBlock;
  let high = toBlock;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const count = await countAt(account, middle, rpc);
    // Where state is missing it is that of old blocks.
    if (count === null || count <= nonce) low = middle + 1;
    else high = middle;
  }
  const block = await rpc.request<{ readonly transactions: readonly RawTransaction[] } | null>(
    "eth_getBlockByNumber",
    [quantity(low), true],
  );
  const all = (block?.transactions ?? []).map(parseMined);
  return all.find((one) => one.from === account.toLowerCase() && one.nonce === nonce) ?? null;
}

export function parseMined({ from, nonce, to, input }: RawTransaction): MinedTransaction {
  return {
    from: from.toLowerCase() as Hex,
    nonce: Number(nonce),
    to: to === null ? null : (to.toLowerCase() as Hex),
    input,
  };
}

async function countAt(account: Hex, block: number, rpc: Rpc): Promise<number | null> {
  try {
    return Number(await rpc.request<Hex>("eth_getTransactionCount", [account, quantity(block)]));
  } catch (error) {
    if (error instanceof RpcError && error.failure.code === "RPC_REFUSED") return null;
    throw error;
  }
}

function quantity(value: number): Hex {
  return `0x${value.toString(16)}`;
}
