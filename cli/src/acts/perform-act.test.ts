import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { contractCall, parseDeployment } from "@deed/sdk";
import { encodeErrorResult, encodeFunctionResult, parseAbi, parseTransaction } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deedHere, temporaryFolder } from "../deed.testing.ts";

// A ledger that answers as an endpoint would: what is signed, shown and refused does not depend on contracts.

const folder = temporaryFolder();
const place = (label: number) => `0x${label.toString(16).padStart(40, "0")}` as const;
const names =
  "registry intents beacon executions disputes gateway vault timelock governance directory";
const addresses = Object.fromEntries(names.split(" ").map((name, at) => [name, place(at + 1)]));
const deployment = { chainId: 31337, fromBlock: 1, ...addresses };
const file = join(folder.path, "deployment.json");
const other = privateKeyToAccount(generatePrivateKey());
const keystore = join(folder.path, "me.json");
const passphrase = join(folder.path, "pw");

const TRANSACTION = `0x${"ab".repeat(32)}`;
let revert: string | null = null;
let sent: string[] = [];
let calls: { readonly from?: string; readonly to?: string }[] = [];
let server: Server;
let rpc: string;

const councilAbi = parseAbi(["function council() view returns (address[], uint8)"]);

/** Somebody else alone. */
function council(): string {
  return encodeFunctionResult({ abi: councilAbi, result: [[other.address], 1] });
}

function answer(method: string, params: readonly never[]): unknown {
  switch (method) {
    case "eth_call":
      calls.push(params[0]!);
      return calls.at(-1)!.to === addresses["governance"] ? council() : "0x";
    case "eth_estimateGas":
      return "0x5208";
    case "eth_getTransactionCount":
      return "0x7";
    case "eth_getBlockByNumber":
      return { baseFeePerGas: "0x0" };
    case "eth_sendRawTransaction":
      sent.push(params[0]!);
      return TRANSACTION;
    case "eth_getTransactionReceipt":
      return { status: "0x1" };
    default:
      return "0x0";
  }
}

function answerTo(asked: { id: number; method: string; params: readonly never[] }): object {
  const error = { code: 3, message: "execution reverted", data: revert };
  const isRefused = asked.method === "eth_call" && revert !== null;
  const body = isRefused ? { error } : { result: answer(asked.method, asked.params) };
  return { jsonrpc: "2.0", id: asked.id, ...body };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const asked = JSON.parse(text);
      const answers = [asked].flat().map((one) => answerTo(one));
      response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  rpc = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(file, JSON.stringify(deployment));
  writeFileSync(passphrase, "secret");
  await deedHere(["keystore", "new", keystore, "--cheap", "--passphrase-file", passphrase]);
});
beforeEach(() => {
  [revert, sent, calls] = [null, [], []];
});
afterAll(() => {
  server.close();
  folder.remove();
});

/** Anyone may settle a slash. */
const act = async (...options: readonly string[]) => {
  const line = [
    "gov",
    "call",
    "registry.settleSlash",
    "3",
    "--json",
    "--deployment",
    file,
    "--rpc",
    rpc,
  ];
  const { exitCode, stdout, stderr } = await deedHere([...line, ...options]);
  return { exitCode, stderr, said: JSON.parse(stdout) };
};
const signing = ["--keystore", keystore, "--passphrase-file", passphrase];

test("a dry run shows contract, function, arguments and what the ledger would answer", async () => {
  const { exitCode, said, stderr } = await act("--dry-run", "--from", other.address);
  expect(exitCode).toBe(0);
  expect(said).toMatchObject({
    state: "dry",
    contract: "registry",
    function: "settleSlash",
    arguments: [{ name: "slashNo", text: "3" }],
    chainId: 31337,
    to: deployment["registry" as never],
    valueWei: "0",
    simulation: { kind: "works" },
    txHash: null,
  });
  expect(calls).toMatchObject([{ from: other.address.toLowerCase() }]);
  expect(stderr).toContain("registry.settleSlash at 0x");
  expect(sent).toEqual([]);
});

test("a dry run of what would revert says the contract's reason and ends with 6", async () => {
  const abi = parseAbi(["error NotYet(uint256 atSec)"]);
  revert = encodeErrorResult({ abi, errorName: "NotYet", args: [1234n] });
  const { exitCode, said } = await act("--dry-run");
  expect(exitCode).toBe(6);
  expect(said.simulation).toEqual({ kind: "reverts", reason: "NotYet(1234)" });
});

test("what would revert is not signed: CLI_REVERTED", async () => {
  const abi = parseAbi(["error NotYet(uint256 atSec)"]);
  revert = encodeErrorResult({ abi, errorName: "NotYet", args: [1234n] });
  const { said } = await act("--yes", ...signing);
  expect(said.error).toMatchObject({ code: "CLI_REVERTED", message: "NotYet(1234)" });
  expect(sent).toEqual([]);
});

test("where nobody can be asked, nothing is signed without --yes", async () => {
  const { exitCode, said } = await act(...signing);
  expect([exitCode, said.error.code]).toEqual([2, "CLI_USAGE"]);
  expect(sent).toEqual([]);
  const agreed = await act("--yes", ...signing);
  expect(agreed.said).toMatchObject({ state: "sent", txHash: TRANSACTION });
  expect(parseTransaction(sent[0] as never)).toMatchObject({ nonce: 7, chainId: 31337 });
});

test("what is printed for another wallet comes back signed and is sent", async () => {
  const { said } = await act("--unsigned", "--from", other.address);
  expect(said).toMatchObject({ state: "unsigned" });
  const unsigned = parseTransaction(said.transaction.serialized);
  const signed = await other.signTransaction(unsigned as never);
  const back = await act("--signed", signed);
  expect(back.said).toMatchObject({ state: "sent", from: other.address.toLowerCase() });
  expect(sent).toEqual([signed]);
});

test.each([
  ["another contract", { to: place(99) }],
  ["another chain", { chainId: 1 }],
  ["another value", { value: 1n }],
  ["other data", { data: "0x1234" }],
])("a signed transaction to %s is refused: CLI_BAD_SIGNATURE", async (_what, changed) => {
  const call = contractCall(parseDeployment(deployment), "registry", "settleSlash", [3n]);
  const own = { type: "eip1559", chainId: 31337, to: call.to, data: call.data } as const;
  const signed = await other.signTransaction({ ...own, ...changed } as never);
  const { exitCode, said } = await act("--signed", signed);
  expect([exitCode, said.error.code]).toEqual([4, "CLI_BAD_SIGNATURE"]);
  expect(sent).toEqual([]);
});

test("a signed transaction that is none is refused: CLI_BAD_SIGNATURE", async () => {
  const call = contractCall(parseDeployment(deployment), "registry", "settleSlash", [3n]);
  const { said: unsigned } = await act("--unsigned", "--from", other.address);
  expect(unsigned.transaction.data).toBe(call.data);
  for (const text of ["0x1234", unsigned.transaction.serialized]) {
    expect((await act("--signed", text)).said.error.code).toBe("CLI_BAD_SIGNATURE");
  }
});

test("options that contradict each other are a mistake of usage", async () => {
  for (const options of [
    ["--dry-run", "--unsigned"],
    ["--signed", "0x12", ...signing],
  ]) {
    const { exitCode, said } = await act(...options);
    expect([exitCode, said.error.code]).toEqual([2, "CLI_USAGE"]);
  }
});

test("a key from which the contract takes nothing is refused before its passphrase is read: CLI_WRONG_KEY", async () => {
  const line = ["gov", "propose", "registry.setMinimumKeyTier", "1", "3", "--reason", "x"];
  const place = ["--json", "--yes", "--deployment", file, "--rpc", rpc, "--keystore", keystore];
  const { exitCode, stdout } = await deedHere([...line, ...place]);
  const { error } = JSON.parse(stdout);
  expect([exitCode, error.code]).toEqual([6, "CLI_WRONG_KEY"]);
  expect(error.message).toContain("is not a member of the council");
});
