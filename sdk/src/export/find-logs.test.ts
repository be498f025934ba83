import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { RpcError } from "../ledger/rpc.ts";
import { findLogs, topicOf } from "./find-logs.ts";

/** An endpoint that answers at most so many blocks at once, with one log for each block. */
function ledgerOf(widest: number, asked: [number, number][]): Ledger {
  const request = async (
    _method: string,
    [filter]: readonly { fromBlock: Hex; toBlock: Hex }[],
  ) => {
    const [from, to] = [Number(filter!.fromBlock), Number(filter!.toBlock)];
    if (to - from >= widest) {
      const reason = "range too wide";
      throw new RpcError({
        code: "RPC_REFUSED",
        method: "eth_getLogs",
        rpcCode: -32005,
        reason,
        data: null,
      });
    }
    asked.push([from, to]);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  };
  return {
    deployment: { fromBlock: 10, executions: "0x04" },
    rpc: { url: "", request },
  } as unknown as Ledger;
}

const query = {
  contract: "executions",
  event: "Recorded",
  topic: 1,
  values: [topicOf(1)],
} as const;

test("a range that is too wide for the endpoint is read in parts, each block once, in order", async () => {
  const asked: [number, number][] = [];
  const logs = await findLogs(ledgerOf(1_000, asked), query, 5_000);
  expect(logs).toEqual(Array.from({ length: 4_991 }, (_, index) => index + 10));
  expect(asked.length).toBeGreaterThan(4);
});

test("an endpoint that refuses even little is told of", async () => {
  await expect(findLogs(ledgerOf(1, []), query, 5_000)).rejects.toBeInstanceOf(RpcError);
});

test("nothing wanted, nothing asked", async () => {
  const asked: [number, number][] = [];
  expect(await findLogs(ledgerOf(9, asked), { ...query, values: [] }, 50)).toEqual([]);
  expect(asked).toEqual([]);
});
