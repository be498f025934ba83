import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, joinHex } from "@deed/protocol/encoding";
import { encodeFunctionData, parseAbi } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SignerConfig } from "./config.ts";
import { openKeySigner, testKeys } from "./key-signer.testing.ts";
import type { KeySigner } from "./key-signer.ts";
import {
  aBatch,
  aConfig,
  addressOf,
  aTransaction,
  CONTRACTS,
  failureFrom,
  hash,
  SELECTOR,
} from "./signer.testing.ts";
import { SpendLimit } from "./spend-limit.ts";

const VOTE = "revealVote(uint64,(uint32,bytes32),bytes)";
const RECORD = "record(uint64,bytes)";
const abi = parseAbi([
  "function revealVote(uint64 disputeNo, (uint32 nodeNo, bytes32 salt) vote, bytes signature)",
  "function record(uint64 batchNo, bytes records)",
]);
const GWEI = 10n ** 9n;

let directory: string;
let opened: { readonly signer: KeySigner; close(): Promise<void> };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "deed-policy-"));
  opened = await open();
});
afterEach(async () => {
  await opened.close();
  rmSync(directory, { recursive: true });
});

function open(transactions: Partial<SignerConfig["transactions"]> = {}): Promise<typeof opened> {
  const config = aConfig(directory, "");
  const contract = CONTRACTS.executions;
  const allow = [
    ...config.transactions.allow,
    { contract, function: VOTE, ownNode: [1, 0] },
    { contract, function: RECORD, ownRecord: [0] },
  ];
  const changed = { ...config, transactions: { ...config.transactions, allow, ...transactions } };
  return openKeySigner(changed, testKeys(1));
}

function vote(nodeNo: number): Hex {
  return encodeFunctionData({
    ...{ abi, functionName: "revealVote" },
    args: [3n, { nodeNo, salt: hash(4) }, `0x${"ab".repeat(65)}`],
  });
}

function record(batchNo: number): Hex {
  return encodeFunctionData({ abi, functionName: "record", args: [BigInt(batchNo), "0x12"] });
}

async function refusal(changes: Parameters<typeof aTransaction>[1]): Promise<object> {
  return failureFrom(opened.signer.transaction(aTransaction(0, changes)));
}

test.each<[string, Parameters<typeof aTransaction>[1], string]>([
  ["another contract", { to: CONTRACTS.registry }, "allowed call"],
  ["an account", { to: addressOf(99) }, "allowed call"],
  ["another function", { data: joinHex("0x11223344", hash(1)) }, "allowed call"],
  ["no function", { data: "0x" }, "allowed call"],
  ["half a selector", { data: "0x6057" }, "allowed call"],
  ["an argument too few", { data: SELECTOR }, "arguments"],
  ["an argument too many", { data: joinHex(SELECTOR, hash(1), hash(2)) }, "arguments"],
  ["a byte behind the arguments", { data: joinHex(SELECTOR, hash(1), "0x00") }, "arguments"],
  ["too much gas", { gas: 16_000_001 }, "gas"],
  ["too high a fee", { maxFeePerGasWei: 101n * GWEI }, "maxFeePerGasWei"],
  ["a tip above the fee", { maxPriorityFeePerGasWei: 1n }, "maxPriorityFeePerGasWei"],
  ["a vote for another node", { data: vote(8) }, "own node"],
  ["a record of a batch that its log did not sign", { data: record(9) }, "own record"],
])("%s is refused, and takes no nonce", async (_, changes, rule) => {
  expect(await refusal(changes)).toMatchObject({ code: "E_POLICY", rule });
  expect((await opened.signer.status()).nextNonce).toBe(0);
});

test("its own vote and its own record pass, and the log names function and arguments", async () => {
  const { signer } = opened;
  await signer.transaction(aTransaction(0, { data: vote(7) }));
  await signer.recordBatch(aBatch(9));
  await signer.transaction(aTransaction(1, { data: record(9) }));
  const log = readFileSync(join(directory, "audit.log"), "utf8");
  expect(log).toContain(`"call":"revealVote(3,[7,${hash(4)}],bytes[65])"`);
  expect(log).toContain('"call":"record(9,0x12)"');
});

test("the one free transaction is an empty one to itself, of a gas limit that only tells it apart", async () => {
  const { signer } = opened;
  const fees = { maxFeePerGasWei: 0n, maxPriorityFeePerGasWei: 0n };
  const refused = { code: "E_POLICY", rule: "gas" };
  for (const gas of [20_999, 21_000 + 2 ** 20]) {
    expect(await failureFrom(signer.burn({ nonce: 0, gas, ...fees }))).toMatchObject(refused);
  }
  const one = await signer.burn({ nonce: 0, gas: 21_001, ...fees });
  const other = await signer.burn({ nonce: 0, gas: 21_002, ...fees });
  expect(one.txHash).not.toBe(other.txHash);
});

test("what an hour may cost is a limit, also after a restart; a nonce signed again counts once", async () => {
  const spend = { perHourWei: `${3n * 10n ** 6n * GWEI}` };
  await opened.close();
  opened = await open({ spend });
  const one = (nonce: number, gwei: bigint) =>
    opened.signer.transaction(aTransaction(nonce, { maxFeePerGasWei: gwei * GWEI }));
  await one(0, 1n);
  await one(0, 2n);
  await one(1, 1n);
  const full = { code: "E_RATE", kind: "Spend", retryAfterMs: 3_600_000 };
  expect(await failureFrom(one(2, 1n))).toEqual(full);
  await opened.close();
  opened = await open({ spend });
  expect(await failureFrom(one(2, 1n))).toEqual(full);
  expect((await opened.signer.status()).nextNonce).toBe(2);
  await one(2, 0n);
});

test("a nonce that was signed again for less counts as its dearest, also after a restart", async () => {
  const spend = { perHourWei: `${3n * 10n ** 6n * GWEI}` };
  await opened.close();
  opened = await open({ spend });
  const one = (nonce: number, gwei: bigint) =>
    opened.signer.transaction(aTransaction(nonce, { maxFeePerGasWei: gwei * GWEI }));
  await one(0, 3n);
  await one(0, 1n);
  expect(await failureFrom(one(1, 1n))).toMatchObject({ code: "E_RATE", kind: "Spend" });
  await opened.close();
  opened = await open({ spend });
  expect(await failureFrom(one(1, 1n))).toMatchObject({ code: "E_RATE", kind: "Spend" });
});

test("there is room again when the hour and the day are over", () => {
  let nowMs = 0;
  const limit = new SpendLimit(
    { perHourWei: "10", perDayWei: "15" },
    { nowMs: () => nowMs, known: [] },
  );
  limit.take("0", 10n);
  expect(() => limit.take("1", 1n)).toThrow("E_RATE");
  nowMs = 3_600_000;
  limit.take("1", 5n);
  expect(() => limit.take("2", 1n)).toThrow("E_RATE");
  nowMs = 24 * 3_600_000;
  limit.take("2", 5n);
});
