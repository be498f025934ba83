import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "@deed/contracts/artifact";
import {
  createRpc,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  deployLedger,
  loneGovernance,
  type Rpc,
} from "@deed/sdk";
import { expect, test } from "vitest";
import { temporaryDirectory, testAccount, testChain } from "../chain/chain.testing.ts";
import { readSampleState } from "../samples/sample-state.ts";
import { openAccounts } from "./accounts.ts";
import { readNetworkFile } from "./network-file.ts";
import { spawnNode } from "./node-process.ts";
import { createSender } from "./sender.ts";

/** The action's failure; its message names the code for people. */
async function failureOf(action: () => unknown): Promise<object> {
  try {
    await action();
  } catch (error) {
    const { failure, message } = error as Error & { readonly failure: { readonly code: string } };
    expect(message).toContain(failure.code);
    return failure;
  }
  throw new Error("nothing failed");
}

test.each<[string, string, string, (directory: string) => unknown]>([
  ["network.json", "{", "JSON", readNetworkFile],
  ["network.json", '{"network":"deed.network.0"}', "another version", readNetworkFile],
  ["network.json", '{"network":"deed.network.1"}', "DEPLOYMENT_MALFORMED", readNetworkFile],
  ["samples.json", '{"samples":"deed.samples.0"}', "another version", readSampleState],
  ["accounts.json", "[", "not JSON", (directory) => openAccounts(directory, 7)],
  ["accounts.json", '{"cold":[]}', "another number", (directory) => openAccounts(directory, 7)],
])("a damaged %s (%s) is told by its path: %s", async (name, text, reason, read) => {
  const directory = await temporaryDirectory();
  const path = join(directory, name);
  writeFileSync(path, text);
  expect(await failureOf(() => read(directory))).toEqual({
    code: "NETWORK_FILE_MALFORMED",
    path,
    reason: expect.stringContaining(reason),
  });
});

async function openChain(): Promise<Rpc> {
  const { rpcUrl } = await testChain();
  return createRpc({ url: rpcUrl }, { fetch });
}

test("a transaction that reverts is told by what it was for, and the next one is sent", async () => {
  const rpc = await openChain();
  const acknowledged: string[] = [];
  const sender = createSender(testAccount(1), {
    ...{ rpc, chainId: 31337 },
    onAcknowledged: (what, { blockHash }) => acknowledged.push(`${what} ${blockHash.length}`),
  });
  expect(await failureOf(() => sender.send("a test", { data: "0xfe" }))).toEqual({
    code: "NETWORK_TRANSACTION_FAILED",
    what: "a test",
    reason: "reverted",
  });
  expect((await sender.send("another", { data: "0x" })).status).toBe("0x1");
  expect(acknowledged).toEqual(["another 66"]);
});

test("a contract that does not reach its address ends the deployment by its name", async () => {
  const rpc = await openChain();
  const deployer = testAccount(1);
  const options = {
    council: deployer.address,
    parameters: DEVNET_PARAMETERS,
    members: loneGovernance(deployer.address),
    periods: DEVNET_PERIODS,
    maxFeePerGasWei: 0n,
  };
  // The first contract's code is one that refuses to be made.
  const artifact = (name: string) =>
    name === "Registry" ? { ...readArtifact(name), bytecode: "0xfe" as const } : readArtifact(name);
  expect(await failureOf(() => deployLedger(options, { rpc, deployer, artifact }))).toEqual({
    code: "DEPLOYMENT_FAILED",
    contract: "Registry",
    reason: "reverted",
  });
});

test("a node that does not start is told with its own reason", { timeout: 60_000 }, async () => {
  const directory = await temporaryDirectory();
  const starting = spawnNode().start({ nodeNo: 3, directory, config: { nodeNo: 3 } });
  expect(await failureOf(() => starting)).toEqual({
    code: "NETWORK_NODE_FAILED",
    nodeNo: 3,
    exitCode: 2,
    output: expect.stringContaining("CONFIG_MISSING"),
  });
});
