import type { Hex } from "@deed/protocol/encoding";
import { type Rpc, RpcError } from "@deed/sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
import { minedAtNonce } from "./mined-at-nonce.ts";

const ACCOUNT: Hex = `0x${"a".repeat(40)}`;
const OTHER: Hex = `0x${"B".repeat(40)}`;
const FIRST_BLOCK = 5;

/** A chain in whose blocks the account sent so many transactions, and somebody else one with the same nonces. */
function chainOf(counts: readonly number[], { forgotten = 0 } = {}): Rpc {
  const usedBy = (index: number): number =>
    counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0);
  const indexOf = (block: unknown): number => Number(block) - FIRST_BLOCK;
  const request = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (method === "eth_getTransactionCount") {
      const index = indexOf(params[1]);
      if (index < forgotten) throw refused(method);
      return hex(usedBy(index));
    }
    const index = indexOf(params[0]);
    const count = counts[index] ?? 0;
    const nonces = Array.from({ length: count }, (_, at) => usedBy(index) - count + at);
    const sent = (from: Hex, nonce: number): object => ({
      ...{ from, nonce: hex(nonce), to: OTHER, input: hex(nonce + 1) },
    });
    return { transactions: nonces.flatMap((no) => [sent(OTHER, no), sent(ACCOUNT, no)]) };
  };
  return { request: request as Rpc["request"] } as Rpc;
}

function refused(method: string): RpcError {
  const failure = { code: "RPC_REFUSED", method, reason: "missing trie node" } as const;
  return new RpcError({ ...failure, rpcCode: -32_000, data: null } as never);
}

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}

const find = (counts: readonly number[], nonce: number, rpc: Rpc = chainOf(counts)) =>
  minedAtNonce(
    {
      ...{ account: ACCOUNT, nonce, fromBlock: FIRST_BLOCK },
      toBlock: FIRST_BLOCK + counts.length - 1,
    },
    rpc,
  );

const COUNTS = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 });

test("every used nonce is found, whatever blocks it lies in, and no other", async () => {
  const property = fc.asyncProperty(COUNTS, fc.nat({ max: 120 }), async (counts, nonce) => {
    const used = counts.reduce((sum, count) => sum + count, 0);
    const found = await find(counts, nonce);
    if (nonce >= used) expect(found).toBeNull();
    else expect(found).toMatchObject({ from: ACCOUNT, nonce, input: hex(nonce + 1) });
  });
  await fc.assert(property);
});

test("an endpoint that forgot old state shows the right transaction or none", async () => {
  const property = fc.asyncProperty(
    ...[COUNTS, fc.nat({ max: 120 }), fc.nat({ max: 40 })],
    async (counts, nonce, forgotten) => {
      const found = await find(counts, nonce, chainOf(counts, { forgotten }));
      if (found !== null) expect(found).toMatchObject({ from: ACCOUNT, nonce });
    },
  );
  await fc.assert(property);
});

test("an endpoint that does not answer is no answer", async () => {
  const failure = { code: "RPC_UNREACHABLE", reason: "down" } as never;
  const request = () => Promise.reject(new RpcError(failure));
  await expect(find([1, 1], 0, { request } as unknown as Rpc)).rejects.toThrow(RpcError);
});
