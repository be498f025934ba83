import type { Hex } from "@deed/protocol/encoding";
import { type Rpc, RpcError } from "@deed/sdk";
import type { TransactionReceipt } from "../store/transactions.ts";
import type { LedgerPort, SendAnswer, Simulation } from "./ledger-port.ts";
import { untilAborted } from "./until-aborted.ts";

interface RawReceipt {
  readonly transactionHash: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly logs: readonly {
    readonly address: Hex;
    readonly topics: readonly Hex[];
    readonly data: Hex;
  }[];
}

/** Says what a contract's revert means, for people. */
export type RevertReader = (data: Hex | null, message: string) => string;

/** The ledger by JSON-RPC, on any EVM chain. */
export function rpcLedger(rpc: Rpc, readRevert: RevertReader): LedgerPort {
  const ask = <T>(signal: AbortSignal, method: string, ...params: unknown[]): Promise<T> =>
    untilAborted(rpc.request<T>(method, params), signal);
  return {
    head: async (signal) => Number(await ask<Hex>(signal, "eth_blockNumber")),
    nonce: async (sender, signal) =>
      Number(await ask<Hex>(signal, "eth_getTransactionCount", sender, "latest")),
    fees: async (signal) => {
      const [block, tip] = await Promise.all([
        ask<{ readonly baseFeePerGas?: Hex }>(signal, "eth_getBlockByNumber", "latest", false),
        ask<Hex>(signal, "eth_maxPriorityFeePerGas"),
      ]);
      return {
        baseFeePerGasWei: BigInt(block.baseFeePerGas ?? 0),
        priorityFeePerGasWei: BigInt(tip),
      };
    },
    simulate: async ({ from, to, data, valueWei, gas }, signal): Promise<Simulation> => {
      const value = quantity(valueWei);
      const call = { from, to, data, value, ...(gas === null ? {} : { gas: quantity(gas) }) };
      try {
        // As the next block will judge it: ranks, leases and windows go by its time, not by an old head's.
        if (gas === null) return passes(await ask<Hex>(signal, "eth_estimateGas", call, "pending"));
        await ask<Hex>(signal, "eth_call", call, "pending");
        return { kind: "passes", gas };
      } catch (error) {
        return revertOf(error, readRevert);
      }
    },
    send: async (raw, signal) => {
      try {
        await ask<Hex>(signal, "eth_sendRawTransaction", raw);
        return { kind: "accepted" };
      } catch (error) {
        return answerOf(error);
      }
    },
    receipt: async (txHash, signal) => {
      const raw = await ask<RawReceipt | null>(signal, "eth_getTransactionReceipt", txHash);
      return raw === null ? null : receiptOf(raw);
    },
  };
}

function passes(gas: Hex): Simulation {
  return { kind: "passes", gas: Number(gas) };
}

// Nodes agree on neither codes nor words; a call that was executed and failed carries data or says so.
function revertOf(error: unknown, readRevert: RevertReader): Simulation {
  if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
  const { data, reason, rpcCode } = error.failure;
  const isRevert =
    data !== null || rpcCode === 3 || /revert|out of gas|invalid opcode/i.test(reason);
  if (!isRevert) throw error;
  return { kind: "reverts", reason: readRevert(data, reason) };
}

const ANSWERS: readonly (readonly [RegExp, SendAnswer["kind"]])[] = [
  [/already known|already imported|known transaction/i, "accepted"],
  [/nonce.?too.?low|nonce is too low|old nonce/i, "stale"],
  [/nonce.?gap|nonce.?too.?high|nonce is too high/i, "early"],
  [/underpriced|fee.*(too low|less than)|max fee/i, "underpriced"],
  [/insufficient funds|insufficient balance|upfront cost/i, "unfunded"],
  // The pool is full or the node shuts down: the transaction itself is not at fault.
  [/(queue|pool) (is )?full|is closing|limit exceeded|could not be executed in block/i, "early"],
];

function answerOf(error: unknown): SendAnswer {
  if (!(error instanceof RpcError) || error.failure.code !== "RPC_REFUSED") throw error;
  const { reason } = error.failure;
  const kind = ANSWERS.find(([words]) => words.test(reason))?.[1] ?? "refused";
  switch (kind) {
    case "accepted":
    case "stale":
    case "early":
      return { kind };
    case "unfunded":
    case "underpriced":
    case "refused":
      return { kind, reason };
  }
}

function receiptOf(raw: RawReceipt): TransactionReceipt {
  return {
    txHash: raw.transactionHash,
    blockNumber: Number(raw.blockNumber),
    blockHash: raw.blockHash,
    success: Number(raw.status) === 1,
    gasUsed: Number(raw.gasUsed),
    logs: raw.logs.map(({ address, topics, data }) => ({ address, topics, data })),
  };
}

function quantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`;
}
