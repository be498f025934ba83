import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider } from "ethers";
import {
  createPublicClient,
  createWalletClient,
  type EstimateGasExecutionError,
  http,
  parseAbi,
  webSocket,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { testChain } from "./chain.testing.ts";
import type { Hex } from "./hex.ts";

const require = createRequire(import.meta.url);
const source = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;
contract Store {
  event Stored(uint256 indexed value, address sender);
  error TooLarge(uint256 value);
  uint256 public stored;
  function store(uint256 value) external {
    if (value > 1000) revert TooLarge(value);
    stored = value;
    emit Stored(value, msg.sender);
  }
}`;
const abi = parseAbi([
  "event Stored(uint256 indexed value, address sender)",
  "error TooLarge(uint256 value)",
  "function stored() view returns (uint256)",
  "function store(uint256 value)",
]);
let bytecode: Hex;

beforeAll(() => {
  const solc = require("solc") as { compile(input: string): string };
  const settings = { evmVersion: "prague", outputSelection: { "*": { "*": ["evm.bytecode"] } } };
  const input = { language: "Solidity", sources: { "S.sol": { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  bytecode = `0x${output.contracts["S.sol"].Store.evm.bytecode.object}`;
}, 60_000);

test("viem deploys, writes, reads, filters and watches without any funds", {
  timeout: 30_000,
}, async () => {
  const chain = await testChain();
  const account = privateKeyToAccount(generatePrivateKey());
  const transport = http(chain.rpcUrl);
  const wallet = createWalletClient({ account, chain: foundry, transport });
  const client = createPublicClient({ chain: foundry, transport });
  const live = createPublicClient({ chain: foundry, transport: webSocket(chain.wsUrl) });
  const heads: bigint[] = [];
  const stopHeads = live.watchBlocks({ onBlock: (block) => heads.push(block.number) });
  const { contractAddress: address } = await client.getTransactionReceipt({
    hash: await wallet.deployContract({ abi, bytecode }),
  });
  if (address === null || address === undefined) throw new Error("not deployed");
  const seen = new Promise<bigint>((resolve) => {
    live.watchContractEvent({
      ...{ address, abi, eventName: "Stored", args: { value: 8n } },
      onLogs: ([log]) => resolve(log?.args.value ?? 0n),
    });
  });
  await live.getChainId();
  for (const value of [7n, 8n]) {
    await wallet.writeContract({ address, abi, functionName: "store", args: [value] });
  }
  expect(await seen).toBe(8n);
  expect(await client.readContract({ address, abi, functionName: "stored" })).toBe(8n);
  const logs = await client.getContractEvents({ address, abi, eventName: "Stored", fromBlock: 0n });
  expect(logs.map((log) => log.args.value)).toEqual([7n, 8n]);
  const reverting = { address, abi, functionName: "store", args: [1001n] } as const;
  await expect(client.simulateContract(reverting)).rejects.toThrow(/TooLarge/);
  await expect.poll(() => heads.at(-1)).toBe(3n);
  stopHeads();
  const gap = wallet.sendTransaction({ to: address, nonce: 9, gas: 100_000n });
  const error = (await gap.catch((thrown: unknown) => thrown)) as EstimateGasExecutionError;
  expect(
    error.walk((cause) => cause instanceof Error && cause.name === "NonceTooHighError"),
  ).not.toBeNull();
  (await live.transport.getRpcClient()).close();
});

test("ethers deploys, writes, reads, filters and subscribes without any funds", {
  timeout: 30_000,
}, async () => {
  const chain = await testChain();
  const provider = new JsonRpcProvider(chain.rpcUrl, 31337, {
    staticNetwork: true,
    cacheTimeout: -1,
  });
  const wallet = Wallet.createRandom().connect(provider);
  const live = new WebSocketProvider(chain.wsUrl, 31337);
  onTestFinished(async () => {
    provider.destroy();
    await live.destroy();
  });
  const interfaceText = [
    "event Stored(uint256 indexed value, address sender)",
    "function stored() view returns (uint256)",
    "function store(uint256 value)",
  ];
  const contract = await new ContractFactory(interfaceText, bytecode, wallet).deploy();
  const address = await contract.getAddress();
  const heads: number[] = [];
  await live.on("block", (number: number) => heads.push(number));
  const logged = new Promise<string>((resolve) => {
    void live.on({ address }, (log: { topics: string[] }) => resolve(log.topics[1] ?? ""));
  });
  // An answer means that the subscriptions sent before it stand.
  await live.getBlockNumber();
  await (await contract.getFunction("store")(5)).wait();
  expect(BigInt(await logged)).toBe(5n);
  await expect.poll(() => heads.at(-1)).toBe(2);
  expect(await contract.getFunction("stored")()).toBe(5n);
  const found = await contract.queryFilter("Stored", 0);
  expect(found).toHaveLength(1);
  expect(await provider.getBalance(wallet.address)).toBe(0n);
});

test("cast deploys, writes, reads, filters and subscribes without any funds", {
  timeout: 60_000,
}, async () => {
  const chain = await testChain();
  const key = generatePrivateKey();
  const free = ["--gas-price", "0", "--priority-gas-price", "0"];
  const sending = ["--private-key", key, ...free, "--json", "--rpc-url", chain.rpcUrl];
  const deployed = JSON.parse(await cast("send", ...sending, "--create", bytecode));
  const address: string = deployed.contractAddress;
  const signature = "Stored(uint256 indexed value, address sender)";
  const following = castProcess(
    "logs",
    "--subscribe",
    "--address",
    address,
    signature,
    "--rpc-url",
    chain.wsUrl,
  );
  let followed = "";
  following.stdout.on("data", (chunk: Buffer) => {
    followed += chunk.toString("utf8");
  });
  // It does not say when it listens, so there are events until it has shown one.
  let sent = 0;
  for (; !followed.toLowerCase().includes(address.toLowerCase()) && sent < 100; sent++) {
    await cast("send", ...sending, address, "store(uint256)", "42");
  }
  expect(followed.toLowerCase()).toContain(address.toLowerCase());
  following.kill();
  expect(await cast("call", address, "stored()(uint256)", "--rpc-url", chain.rpcUrl)).toBe("42");
  const logs = await cast(
    "logs",
    "--from-block",
    "0",
    "--address",
    address,
    signature,
    "--json",
    "--rpc-url",
    chain.rpcUrl,
  );
  expect(JSON.parse(logs)).toHaveLength(sent);
  const block = await cast("block", "finalized", "--field", "number", "--rpc-url", chain.rpcUrl);
  expect(block).toBe(String(sent + 1));
});

function castProcess(
  ...args: string[]
): ReturnType<typeof spawn> & { stdout: NodeJS.ReadableStream } {
  const os = { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform as "linux"];
  const cpu = process.arch === "arm64" ? "arm64" : "amd64";
  const beside = createRequire(require.resolve("@foundry-rs/cast/package.json"));
  const home = dirname(beside.resolve(`@foundry-rs/cast-${os}-${cpu}/package.json`));
  const child = spawn(join(home, "bin", "cast"), args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill());
  return child as ReturnType<typeof castProcess>;
}

async function cast(...args: string[]): Promise<string> {
  const child = castProcess(...args);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  const output = Buffer.concat(chunks).toString("utf8").trim();
  if (code !== 0) throw new Error(output);
  return output;
}
