import { type Hex, hexToBytes, nobleHasher, wordHex } from "@deed/protocol/encoding";
import fc from "fast-check";
import {
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializedEIP1559,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { loadCurve } from "./curve.ts";
import { softwareKeys } from "./keys.ts";
import { signTransaction } from "./transaction.ts";

const secret = wordHex(123_456_789);
const bytes = hexToBytes(secret);
const keys = softwareKeys(
  { duty: bytes, action: bytes, tlsCa: bytes, beacon: bytes, sealing: bytes },
  loadCurve(),
);
const account = privateKeyToAccount(secret);

test("a signed transaction is byte for byte what an independent library makes", async () => {
  const wei = fc.bigInt({ min: 0n, max: 2n ** 96n });
  const transaction = fc.record({
    nonce: fc.nat(2 ** 31),
    to: fc.constant<Hex>("0x00000000000000000000000000000000000000aa"),
    data: fc
      .uint8Array({ maxLength: 300 })
      .map((data): Hex => `0x${Buffer.from(data).toString("hex")}`),
    gas: fc.nat(30_000_000),
    fees: fc.tuple(wei, wei),
  });
  await fc.assert(
    fc.asyncProperty(transaction, fc.nat(100_000), async ({ fees, ...rest }, chain) => {
      const [low, high] = fees[0] < fees[1] ? fees : [fees[1], fees[0]];
      const chainId = chain + 1;
      const toSign = { ...rest, maxFeePerGasWei: high, maxPriorityFeePerGasWei: low };
      const signed = await signTransaction(toSign, chainId, keys.action, nobleHasher);
      const expected = await account.signTransaction({
        type: "eip1559",
        chainId,
        nonce: rest.nonce,
        to: rest.to,
        data: rest.data,
        gas: BigInt(rest.gas),
        maxFeePerGas: high,
        maxPriorityFeePerGas: low,
      });
      expect(signed.raw).toBe(expected);
    }),
    { numRuns: 60 },
  );
});

test("the sender is the action key", async () => {
  const transaction = {
    nonce: 0,
    to: "0x00000000000000000000000000000000000000aa" as const,
    data: "0x11223344" as const,
    gas: 21_000,
    maxFeePerGasWei: 0n,
    maxPriorityFeePerGasWei: 0n,
  };
  const { raw } = await signTransaction(transaction, 31_337, keys.action, nobleHasher);
  const serializedTransaction = raw as TransactionSerializedEIP1559;
  const sender = await recoverTransactionAddress({ serializedTransaction });
  expect(sender.toLowerCase()).toBe(keys.action.address);
  expect(parseTransaction(serializedTransaction).chainId).toBe(31_337);
});
