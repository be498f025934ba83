import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selfEntry } from "../self-entry.ts";
import { createKeystore, openKeystore } from "./keystore.ts";
import { prepareRegistration } from "./prepare-registration.ts";
import {
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  hash,
  PASSPHRASE,
  type SignerBench,
} from "./signer.testing.ts";
import { spawnSigner } from "./spawn-signer.ts";

let bench: SignerBench;

beforeAll(async () => {
  bench = await createSignerBench();
  await bench.spawn();
}, 30_000);
afterAll(() => bench.close());

test("a second signer for one key is refused, whatever copy of its files it has", async () => {
  const other = await createSignerBench();
  try {
    writeFileSync(other.config.keystorePath, readFileSync(bench.config.keystorePath));
    const failure = await failureFrom(other.spawn());
    const { duty } = await bench.client().status();
    expect(failure).toEqual({ code: "E_LOCKED", path: `duty key ${duty}` });
  } finally {
    await other.close();
  }
});

test("a second signer for one log is refused", async () => {
  const second = bench.spawn({ socketPath: `${bench.config.socketPath}2` });
  expect((await failureFrom(second)).code).toBe("E_LOCKED");
  expect((await bench.client().status()).halted).toBeNull();
});

test("a wrong passphrase, a log of other keys, a log behind the ledger", async () => {
  const other = await createSignerBench();
  try {
    const wrong = { code: "E_KEYSTORE", reason: "wrong passphrase" };
    expect(await failureFrom(other.spawn({}, "guess"))).toEqual(wrong);
    const running = await other.spawn();
    await other.client().commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
    await running.close();
    const ahead = other.spawn({ minimumAudit: { Commitment: 2 } });
    expect(await failureFrom(ahead)).toEqual({
      code: "E_AUDIT_BEHIND",
      kind: "Commitment",
      log: 1,
      ledger: 2,
    });
    await createKeystore({
      path: `${other.config.keystorePath}2`,
      passphrase: PASSPHRASE,
      cost: 1024,
    });
    renameSync(`${other.config.keystorePath}2`, other.config.keystorePath);
    expect(await failureFrom(other.spawn())).toEqual({ code: "E_AUDIT_FOREIGN", field: "duty" });
  } finally {
    await other.close();
  }
});

test("a signer that is told at the greeting that it is behind signs no more", async () => {
  const other = await createSignerBench();
  try {
    await other.spawn();
    const knowing = other.client({ minimumAudit: { Transaction: 3 } });
    const commitment = { batchNo: 1, draw: 0, commitment: hash(1) };
    expect((await failureFrom(knowing.commitment(commitment))).code).toBe("E_AUDIT_BEHIND");
    expect((await failureFrom(other.client().commitment(commitment))).code).toBe("E_HALTED");
  } finally {
    await other.close();
  }
});

test("too many requests are refused with the time to wait", async () => {
  const other = await createSignerBench();
  try {
    await other.spawn({ rates: { Commitment: { perSec: 0.001, burst: 2 } } });
    const otherClient = other.client();
    const results = await Promise.allSettled(
      [1, 2, 3].map((batchNo) => otherClient.commitment({ batchNo, draw: 0, commitment: hash(1) })),
    );
    expect(results[2]).toMatchObject({ reason: { failure: { code: "E_RATE" } } });
  } finally {
    await other.close();
  }
});

test("a socket in a directory that others can enter is refused", async () => {
  const other = await createSignerBench();
  try {
    const open = join(other.directory, "open");
    mkdirSync(open, { mode: 0o755 });
    const changes = { socketPath: join(open, "signer.sock") };
    expect((await failureFrom(other.spawn(changes))).code).toBe("E_CONFIG");
  } finally {
    await other.close();
  }
});

test("it ends in order when it is told to, and when its parent is gone", async () => {
  const other = await createSignerBench();
  try {
    const running = await other.spawn();
    process.kill(running.pid, "SIGTERM");
    expect(await running.ended).toBe(0);
    const entry = selfEntry("./main", import.meta.url);
    const passphrasePath = join(other.directory, "passphrase");
    const configPath = join(other.directory, "signer.json");
    writeFileSync(passphrasePath, PASSPHRASE);
    const config = { ...other.config, passphrasePath, endWithParent: true };
    writeFileSync(configPath, JSON.stringify(config));
    const argv = [...entry.execArgv, entry.path, "--config", configPath];
    const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "ignore"] });
    await once(child.stdout, "data");
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  } finally {
    await other.close();
  }
});

test("one that ends before it could say anything is told by its exit", async () => {
  const other = await createSignerBench();
  // Nothing can be written to its log.
  const logFd = openSync("/dev/full", "w");
  try {
    const configPath = join(other.directory, "signer.json");
    const spawned = spawnSigner({
      config: other.config,
      configPath,
      passphrase: PASSPHRASE,
      logFd,
    });
    expect(await failureFrom(spawned)).toEqual({ code: "E_START", reason: "1" });
  } finally {
    closeSync(logFd);
    await other.close();
  }
});

test("keys say without a signer what their signer would say", async () => {
  const { keys } = await openKeystore(bench.config.keystorePath, PASSPHRASE);
  const prepared = await prepareRegistration(keys, {
    deployment: { chainId: CHAIN_ID, registry: CONTRACTS.registry },
    operatorNo: 5,
    endpoint: "https://a.example:1",
  });
  const client = bench.client();
  const binding = { operatorNo: 5, endpoint: "https://a.example:1" };
  expect(prepared.caBinding).toBe((await client.tlsCaBinding(binding)).signature);
  expect(prepared.chainTip).toBe(await client.chainTip());
});
