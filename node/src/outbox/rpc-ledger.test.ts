import type { Hex } from "@deed/protocol/encoding";
import { type Rpc, RpcError } from "@deed/sdk";
import { expect, test } from "vitest";
import { rpcLedger } from "./rpc-ledger.ts";

const signal = new AbortController().signal;

function ledger(answer: (method: string, params: readonly unknown[]) => unknown) {
  const rpc: Rpc = {
    url: "http://localhost",
    request: async <T>(method: string, params: readonly unknown[]) => answer(method, params) as T,
  };
  return rpcLedger(rpc, (data, message) => data ?? message);
}

function refusing(reason: string, rpcCode = -32_000, data: Hex | null = null) {
  return ledger((method) => {
    throw new RpcError({ code: "RPC_REFUSED", method, rpcCode, reason, data });
  });
}

test("what chains say to raw bytes is told apart by their words", async () => {
  const said: readonly (readonly [string, string])[] = [
    ["already known", "accepted"],
    ["nonce too low: 0xabc expects 4, got 3", "stale"],
    ["nonce too high: 0xabc expects 4, got 6", "early"],
    ["the queue is full: 10 transactions wait; send again later", "early"],
    ["the chain is closing", "early"],
    ["could not be executed in block 5: an earlier transaction took its nonce", "early"],
    ["replacement transaction underpriced", "underpriced"],
    ["max fee per gas less than block base fee", "underpriced"],
    ["insufficient funds for gas * price + value", "unfunded"],
    ["exceeds block gas limit: 5 of 4", "refused"],
  ];
  for (const [reason, kind] of said) {
    expect((await refusing(reason).send("0x02", signal)).kind, reason).toBe(kind);
  }
});

test("an endpoint that does not answer is an error, not an answer", async () => {
  const silent = ledger(() => {
    throw new RpcError({ code: "RPC_UNREACHABLE", url: "http://localhost" });
  });
  await expect(silent.send("0x02", signal)).rejects.toThrow(RpcError);
  const call = { from: "0x", to: "0x", data: "0x", valueWei: 0n, gas: null } as const;
  await expect(silent.simulate(call, signal)).rejects.toThrow(RpcError);
  await expect(refusing("rate limited").simulate(call, signal)).rejects.toThrow(RpcError);
});

test("a revert is read from its data", async () => {
  const call = { from: "0x", to: "0x", data: "0x", valueWei: 0n, gas: 5 } as const;
  const reverted = refusing("execution reverted", 3, "0xdeadbeef");
  expect(await reverted.simulate(call, signal)).toEqual({ kind: "reverts", reason: "0xdeadbeef" });
});

test("numbers come out of quantities", async () => {
  const some = ledger((method) =>
    method === "eth_getTransactionReceipt"
      ? {
          transactionHash: "0x01",
          blockNumber: "0x10",
          blockHash: "0x02",
          status: "0x1",
          gasUsed: "0x5208",
          logs: [],
        }
      : "0x1f",
  );
  expect(await some.nonce("0x", signal)).toBe(31);
  expect(await some.receipt("0x01", signal)).toEqual({
    txHash: "0x01",
    blockNumber: 16,
    blockHash: "0x02",
    success: true,
    gasUsed: 21_000,
    logs: [],
  });
});

test("waiting ends with the signal, also when the endpoint never answers", async () => {
  const stuck = ledger(() => new Promise(() => undefined));
  const stop = new AbortController();
  const asked = stuck.head(stop.signal);
  stop.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});
