import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deedHere, temporaryFolder } from "../deed.testing.ts";
import { lookForPlace } from "../place.ts";
import { checkNodeVersion, checkPort } from "./check-machine.ts";
import { checkNetwork } from "./check-network.ts";
import type { Finding } from "./finding.ts";

const SLOW = 60_000;
const folder = temporaryFolder();
const word = (digit: string): string => `0x${digit.repeat(40)}`;
const deployment = {
  chainId: 31337,
  fromBlock: 0,
  registry: word("1"),
  intents: word("2"),
  beacon: word("3"),
  executions: word("4"),
  disputes: word("5"),
  gateway: word("6"),
  vault: word("7"),
  timelock: word("8"),
  governance: word("9"),
  directory: word("a"),
};
/** An endpoint of a chain that answers as each test wants. */
const chain = { chainId: 31337, code: "0x01", aheadSec: 0 };
let server: Server;
let rpcUrl: string;

beforeAll(async () => {
  writeFileSync(join(folder.path, "deployment.json"), JSON.stringify(deployment));
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      const asked = JSON.parse(body) as Asked | Asked[];
      const answers = [asked]
        .flat()
        .map(({ id, method }) => ({ jsonrpc: "2.0", id, result: resultOf(method) }));
      response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

interface Asked {
  readonly id: number;
  readonly method: string;
}

function resultOf(method: string): unknown {
  const timestamp = `0x${(Math.floor(Date.now() / 1000) + chain.aheadSec).toString(16)}`;
  const hash = `0x${"00".repeat(32)}`;
  switch (method) {
    case "eth_chainId":
      return `0x${chain.chainId.toString(16)}`;
    case "eth_getCode":
      return chain.code;
    case "eth_getBlockByNumber":
      return { number: "0x1", hash, parentHash: hash, timestamp, baseFeePerGas: "0x0" };
    default:
      return "0x0";
  }
}

async function examined(
  ...args: string[]
): Promise<{ readonly exitCode: number | null; of(name: string): Finding | undefined }> {
  const place = ["--deployment", join(folder.path, "deployment.json"), "--rpc", rpcUrl];
  const { exitCode, stdout } = await deedHere([
    "doctor",
    "--data",
    folder.path,
    "--json",
    ...place,
    ...args,
  ]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { exitCode, of: (wanted) => findings.find(({ name }) => name === wanted) };
}

test("a healthy machine and chain: every part is named, and the end is 0", {
  timeout: SLOW,
}, async () => {
  const seen = await examined();
  expect(seen.exitCode).toBe(0);
  for (const name of ["node", "disk", "loopback", "native", "ledger", "clock", "action keys"]) {
    expect(seen.of(name), name).toMatchObject({ result: "ok" });
  }
  // From sources nothing is joined into one file, which a container needs.
  expect(seen.of("sandbox")).toMatchObject({ result: "warn", remedy: expect.any(String) });
  expect(seen.of("sandbox")?.detail).toMatch(/^process by process: a child process/);
  expect(seen.of("disk")?.detail).toMatch(/fsync \d+\.\d\d ms/);
});

test("another chain, contracts that are not there, a clock that is off: each fails with its remedy", async () => {
  const of = async (wanted: string) => {
    const place = await lookForPlace({
      deployment: join(folder.path, "deployment.json"),
      rpc: rpcUrl,
    });
    if (place === null) throw new Error("no place");
    return (await checkNetwork(place, Date.now)).find(({ name }) => name === wanted);
  };
  chain.chainId = 1;
  expect(await of("ledger")).toMatchObject({
    result: "fail",
    detail: expect.stringContaining("is chain 1"),
  });
  chain.chainId = 31337;
  chain.code = "0x";
  expect(await of("ledger")).toMatchObject({
    result: "fail",
    remedy: expect.stringContaining("deployment"),
  });
  chain.code = "0x01";
  chain.aheadSec = 60;
  expect(await of("clock")).toMatchObject({
    result: "fail",
    remedy: expect.stringContaining("clock"),
  });
  chain.aheadSec = 0;
});

test("a node's configuration is read, its mistake named", { timeout: SLOW }, async () => {
  const file = join(folder.path, "node.json");
  writeFileSync(file, "{}");
  const broken = await examined("--config", file);
  expect(broken.exitCode).toBe(1);
  expect(broken.of("configuration")).toMatchObject({
    result: "fail",
    detail: expect.stringContaining("CONFIG_MISSING"),
  });
  const passphraseFile = join(folder.path, "pass");
  writeFileSync(passphraseFile, "x");
  chmodSync(passphraseFile, 0o644);
  const config = {
    nodeNo: 1,
    dataDirectory: "data",
    deployment,
    rpcUrl,
    signer: { directory: "signer", passphraseFile, beaconChainNo: 1 },
    peers: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
  };
  writeFileSync(file, JSON.stringify(config));
  const seen = await examined("--config", file);
  expect(seen.of("configuration")).toMatchObject({ result: "ok" });
  expect(seen.of("peer port")).toMatchObject({
    result: "warn",
    detail: expect.stringContaining("EADDRINUSE"),
  });
  expect(seen.of("passphrase file")).toMatchObject({
    result: "warn",
    remedy: `chmod 600 ${passphraseFile}`,
  });
});

test("Node before 20.19 is too old", () => {
  expect(checkNodeVersion("v20.18.3").result).toBe("fail");
  expect(checkNodeVersion("v20.19.0").result).toBe("ok");
  expect(checkNodeVersion("v24.1.0").result).toBe("ok");
});

test("a port that is free is said to be free, and is free afterwards", async () => {
  expect(await checkPort("port", "127.0.0.1", 0)).toMatchObject({ result: "ok" });
});
