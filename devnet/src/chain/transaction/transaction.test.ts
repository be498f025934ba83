import fc from "fast-check";
import { keccak256, type TransactionSerializable } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeAll, expect, test } from "vitest";
import { fromHex, type Hex } from "../hex.ts";
import { type Keccak, loadKeccak } from "./keccak.ts";
import { parseTransaction, type Transaction, type TransactionRules } from "./transaction.ts";

const rules: TransactionRules = {
  chainId: 31337,
  maxTransactionBytes: 131_072,
  blockGasLimit: 1_000_000_000,
};
const account = privateKeyToAccount(generatePrivateKey());
const to: Hex = `0x${"33".repeat(20)}`;
let keccak: Keccak;

beforeAll(async () => {
  keccak = await loadKeccak();
});

function parse(raw: Hex, given = rules): Transaction {
  return parseTransaction(fromHex(raw) ?? new Uint8Array(), given, keccak);
}

const fee = { maxFeePerGas: 3n, maxPriorityFeePerGas: 2n };
const accessList = [{ address: to, storageKeys: [`0x${"01".repeat(32)}` as Hex] }];

interface Common {
  readonly chainId: number;
  readonly nonce: number;
  readonly gas: bigint;
  readonly value: bigint;
  readonly data: Hex;
  readonly to: Hex;
}

test("every kind of transaction gives the sender, nonce, gas and hash that its signer meant", async () => {
  const authorization = await account.signAuthorization({ address: to, chainId: 31337, nonce: 9 });
  const kinds: Record<number, (common: Common) => TransactionSerializable> = {
    0: (common) => ({ ...common, type: "legacy", gasPrice: 5n }),
    1: (common) => ({ ...common, type: "eip2930", gasPrice: 5n, accessList }),
    2: (common) => ({ ...common, type: "eip1559", ...fee, accessList }),
    4: (common) => ({ ...common, type: "eip7702", ...fee, authorizationList: [authorization] }),
  };
  const wanted = fc.record({
    kind: fc.constantFrom(0, 1, 2, 4),
    nonce: fc.integer({ min: 0, max: 2 ** 32 }),
    gas: fc.integer({ min: 0, max: 1_000_000_000 }),
    value: fc.bigInt({ min: 0n, max: 2n ** 200n }),
    data: fc.uint8Array({ maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(wanted, async ({ kind, nonce, gas, value, data }) => {
      const input: Hex = `0x${Buffer.from(data).toString("hex")}`;
      const common = { chainId: 31337, nonce, gas: BigInt(gas), value, data: input, to };
      const transaction = kinds[kind]?.(common);
      if (transaction === undefined) throw new Error("no such kind");
      const raw = await account.signTransaction(transaction);
      expect(parse(raw)).toMatchObject({
        type: kind,
        nonce,
        gasLimit: gas,
        sender: account.address.toLowerCase(),
        hash: keccak256(raw),
      });
    }),
    { numRuns: 100 },
  );
});

test("bytes that are no transaction are refused with a code", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseTransaction(bytes, rules, keccak);
      } catch (error) {
        expect(error).toMatchObject({ name: "ChainError" });
      }
    }),
    { numRuns: 500 },
  );
});

test("what the chain does not take is refused with the reason", async () => {
  const common = { nonce: 0, gas: 21_000n, to, gasPrice: 0n, type: "legacy" } as const;
  const protect = { ...common, chainId: 31337 };
  const data: Hex = `0x${"ff".repeat(200)}`;
  const [other, unprotected, greedy, large] = await Promise.all([
    account.signTransaction({ ...common, chainId: 1 }),
    account.signTransaction(common),
    account.signTransaction({ ...protect, gas: 1_000_000_001n }),
    account.signTransaction({ ...protect, data }),
  ]);
  const refused = (raw: Hex, failure: object, given = rules): void =>
    expect(() => parse(raw, given)).toThrow(expect.objectContaining({ failure }));
  refused(other, { code: "WRONG_CHAIN", expected: 31337, actual: 1 });
  // The words are those that wallets know.
  expect(() => parse(other)).toThrow(/invalid chain id for signer: have 1 want 31337/);
  const reason = "only replay-protected (EIP-155) transactions are taken";
  refused(unprotected, { code: "TRANSACTION_MALFORMED", reason });
  const blockGasLimit = 1_000_000_000;
  refused(greedy, { code: "GAS_LIMIT_TOO_HIGH", gasLimit: 1_000_000_001, blockGasLimit });
  refused("0x03c0", { code: "TRANSACTION_TYPE_UNSUPPORTED", type: 3 });
  const bytes = large.length / 2 - 1;
  const limited = { ...rules, maxTransactionBytes: 200 };
  refused(large, { code: "TRANSACTION_TOO_LARGE", bytes, limit: 200 }, limited);
});
