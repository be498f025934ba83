import type { Hex } from "@deed/protocol/encoding";
import { type Ledger, RpcError } from "@deed/sdk";

/**
 * Asks what a transaction would do if it were in a block of now: a chain that rests has an old newest block, in which
 * what waited for a time would still wait. Endpoints that know no block overrides are asked about the newest block.
 * Errors: RpcError, with the contract's own answer where there is one.
 */
export async function askLedger(
  ledger: Pick<Ledger, "rpc">,
  method: "eth_call" | "eth_estimateGas",
  request: object,
  nowMs: number,
): Promise<Hex> {
  const { rpc } = ledger;
  const head = await rpc.request<{ readonly timestamp?: Hex }>("eth_getBlockByNumber", [
    "latest",
    false,
  ]);
  const timeSec = Math.max(Number(head.timestamp ?? 0), Math.floor(nowMs / 1000));
  const time: Hex = `0x${timeSec.toString(16)}`;
  try {
    return await rpc.request<Hex>(method, [request, "latest", {}, { time }]);
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
    if (error.failure.data !== null && error.failure.data !== "0x") throw error;
    return rpc.request<Hex>(method, [request, "latest"]);
  }
}
