import type { Engine } from "../engine/engine.ts";
import { type Hex, quantity } from "../hex.ts";
import { RpcFault } from "../rpc-fault.ts";

const maxBlocks = 1024;

interface Header {
  readonly number: Hex;
  readonly gasUsed: Hex;
  readonly gasLimit: Hex;
}

/**
 * `eth_feeHistory`: fees are always zero here, so that only the use of gas has to be looked up. The
 * engine itself forgets it when it begins at a checkpoint.
 */
export async function feeHistory(engine: Engine, params: readonly unknown[]): Promise<object> {
  const [blockCount, newest = "latest", percentiles] = params;
  const wanted = Number(blockCount);
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new RpcFault(-32602, "eth_feeHistory takes a block count of 1 or more");
  }
  const last = await header(engine, newest);
  const newestNumber = Number(last.number);
  const count = Math.min(wanted, maxBlocks, newestNumber + 1);
  const oldest = newestNumber - count + 1;
  const earlier = Array.from({ length: count - 1 }, (_, at) =>
    header(engine, quantity(oldest + at)),
  );
  const headers = [...(await Promise.all(earlier)), last];
  const rewards = Array.isArray(percentiles) ? percentiles.map(() => "0x0") : [];
  return {
    oldestBlock: quantity(oldest),
    baseFeePerGas: Array.from({ length: count + 1 }, () => "0x0"),
    gasUsedRatio: headers.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit)),
    baseFeePerBlobGas: Array.from({ length: count + 1 }, () => "0x1"),
    blobGasUsedRatio: headers.map(() => 0),
    ...(rewards.length === 0 ? {} : { reward: headers.map(() => rewards) }),
  };
}

async function header(engine: Engine, tag: unknown): Promise<Header> {
  const found = await engine.request("eth_getBlockByNumber", [tag, false]);
  if (found === null) throw new RpcFault(-32602, "eth_feeHistory: the newest block is not known");
  return found as Header;
}
