import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig, readConfig } from "./config.ts";
import { ConfigError, type ConfigFailure } from "./config-error.ts";
import { TEST_DEPLOYMENT } from "./roles/context.testing.ts";
import { temporaryDirectory } from "./store/store.testing.ts";

const LEAST = {
  nodeNo: 1,
  dataDirectory: "data",
  deployment: TEST_DEPLOYMENT,
  rpcUrl: "http://127.0.0.1:8545",
  signer: { directory: "signer", passphraseFile: "passphrase" },
};

function parse(changes: Record<string, unknown> = {}, environment = {}) {
  return parseConfig({ ...LEAST, ...changes }, "/etc/deed", environment);
}

function failure(changes: Record<string, unknown>, environment = {}): ConfigFailure {
  return failureOf(() => parse(changes, environment));
}

function failureOf(read: () => unknown): ConfigFailure {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) {
      expect(error.remedy).not.toBe("");
      return error.failure;
    }
    throw error;
  }
  throw new Error("it was taken");
}

test("the least configuration has sensible defaults, and paths count from its folder", () => {
  expect(parse()).toMatchObject({
    roles: ["executor", "verifier"],
    dataDirectory: "/etc/deed/data",
    signer: {
      kind: "spawn",
      directory: "/etc/deed/signer",
      passphraseFile: "/etc/deed/passphrase",
    },
    peers: { host: "127.0.0.1", port: 0 },
    api: null,
    sandbox: { adapter: "auto", minimumLevel: "process", memoryMb: 96, cpuSec: 60, effects: 512 },
    fees: { kind: "free" },
    tamper: null,
  });
});

test("the clock of a network of another date is ahead of the system's, or behind it", () => {
  expect(parse().clockShiftSec).toBe(0);
  expect(parse({ clockShiftSec: -86_400 }).clockShiftSec).toBe(-86_400);
  expect(failure({ clockShiftSec: 0.5 })).toMatchObject({ code: "CONFIG_WRONG_TYPE" });
});

test("name servers and what one origin gets are the operator's to say", () => {
  const nameServers = ["9.9.9.9", "10.0.0.2:5353", "::1", "[::1]:5353"];
  const { originRate, ...named } = parse({ nameServers, originRate: { perSecond: 2 } });
  expect(named.nameServers).toEqual(nameServers);
  expect(originRate).toEqual({ perSecond: 2, burst: 500, concurrent: 64, waiting: 1024 });
  expect(parse({}).nameServers).toEqual([]);
});

test("what one request may take is the operator's to say", () => {
  const { http } = parse({ http: { totalMs: 5_000, responseBytes: 1_000 } });
  expect(http).toEqual({ ...parse({}).http, totalMs: 5_000, responseBytes: 1_000 });
  expect(parse({}).http).toMatchObject({ totalMs: 60_000, responseBytes: 262_144 });
});

test("origins of workflows lead where the operator says", () => {
  const targets = { "https://a.example.com": "10.0.0.5:8443", "http://b.example.com": "[::1]:80" };
  expect([...parse({ targets }).targets]).toEqual([
    ["https://a.example.com", { host: "10.0.0.5", port: 8443 }],
    ["http://b.example.com", { host: "::1", port: 80 }],
  ]);
  const directory = temporaryDirectory();
  writeFileSync(join(directory.path, "ca.pem"), "a certificate");
  expect(parse({ targetCaFile: join(directory.path, "ca.pem") }).targetCa).toBe("a certificate");
  directory.remove();
});

test("a chain that is not the devnet's pays for gas, up to a cap", () => {
  const deployment = { ...TEST_DEPLOYMENT, chainId: 10 };
  expect(parse({ deployment }).fees).toEqual({
    kind: "market",
    maxFeePerGasWei: 100_000_000_000n,
    maxPerDayWei: 10n ** 18n,
  });
  const fees = { kind: "market", maxPerDayWei: "a lot" };
  expect(() => parse({ deployment, fees })).toThrow("fees.maxPerDayWei");
});

test("the passphrase's file may come from the environment, the passphrase itself from nowhere", () => {
  const signer = { directory: "signer" };
  const environment = { DEED_PASSPHRASE_FILE: "/run/secrets/pass" };
  expect(parse({ signer }, environment).signer).toMatchObject({
    passphraseFile: "/run/secrets/pass",
  });
  expect(failure({ signer })).toMatchObject({ code: "CONFIG_SECRET_MISSING" });
  expect(failure({ signer: { ...signer, passphrase: "abc" } })).toMatchObject({
    code: "CONFIG_SECRET_INLINE",
  });
});

test("keys lie where a file or the section says; without one in a keystore there is no passphrase", () => {
  const { path: folder, remove } = temporaryDirectory();
  const at = (label: string) => ({ kind: "pkcs11", label });
  const keys = {
    ...{ duty: at("d"), action: at("a"), tlsCa: at("t"), beacon: at("b"), sealing: at("s") },
    pkcs11: { module: "/usr/lib/softhsm/libsofthsm2.so", tokenLabel: "node", pinPath: "pin" },
  };
  const keysFile = join(folder, "keys.json");
  writeFileSync(keysFile, JSON.stringify(keys));
  const from = (signer: object) => parse({ signer: { directory: "signer", ...signer } }).signer;
  expect(from({ keysFile })).toMatchObject({
    passphraseFile: null,
    keys: { ...keys, pkcs11: { pinPath: join(folder, "pin") } },
  });
  expect(from({ keys })).toMatchObject({ keys: { pkcs11: { pinPath: "/etc/deed/pin" } } });
  expect(from({ keys })).toMatchObject({ moreKeys: [] });
  expect(from({ keys, moreKeysFiles: [keysFile] })).toMatchObject({
    moreKeys: [{ ...keys, pkcs11: { pinPath: join(folder, "pin") } }],
  });
  const refused = (signer: object) => failure({ signer: { directory: "signer", ...signer } });
  const mixed = { ...keys, duty: { kind: "keystore" } };
  expect(refused({ keys: mixed })).toMatchObject({ code: "CONFIG_SECRET_MISSING" });
  const wrong = { code: "CONFIG_WRONG_TYPE" };
  const { sealing, ...four } = keys;
  expect(refused({ keys: four })).toMatchObject({ ...wrong, field: "signer.keys.sealing" });
  const spelt = { ...keys, minimumtier: "hsm" };
  expect(refused({ keys: spelt })).toMatchObject({ ...wrong, field: "signer.keys.minimumtier" });
  const inline = { ...keys, pkcs11: { ...keys.pkcs11, pin: "1234" } };
  expect(refused({ keys: inline })).toMatchObject({ ...wrong, field: "signer.keys.pkcs11.pin" });
  expect(refused({ keys, keysFile })).toMatchObject({ ...wrong, field: "signer.keysFile" });
  expect(refused({ keysFile: `${keysFile}.not` })).toMatchObject({ code: "CONFIG_UNREADABLE" });
  writeFileSync(keysFile, "{");
  expect(refused({ keysFile })).toMatchObject({ code: "CONFIG_NOT_JSON" });
  remove();
});

describe("what is refused", () => {
  test.each([
    ["a missing field", { nodeNo: undefined }, "CONFIG_MISSING", "nodeNo"],
    ["a wrong type", { nodeNo: "1" }, "CONFIG_WRONG_TYPE", "nodeNo"],
    ["a misspelt field", { rpcURL: "x" }, "CONFIG_UNKNOWN_FIELD", "rpcURL"],
    [
      "a misspelt field of a section",
      { log: { levle: "info" } },
      "CONFIG_UNKNOWN_FIELD",
      "log.levle",
    ],
    ["an unknown role", { roles: ["watcher"] }, "CONFIG_WRONG_TYPE", "roles"],
    [
      "plain HTTP off this machine",
      { rpcUrl: "http://rpc.example" },
      "CONFIG_INSECURE_URL",
      "rpcUrl",
    ],
    [
      "an origin with a path",
      { privateOrigins: ["http://a/b"] },
      "CONFIG_WRONG_TYPE",
      "privateOrigins",
    ],
    [
      "a target under what is no origin",
      { targets: { "example.com": "127.0.0.1:1" } },
      "CONFIG_WRONG_TYPE",
      "targets.example.com",
    ],
    [
      "a target without a port",
      { targets: { "https://example.com": "127.0.0.1" } },
      "CONFIG_WRONG_TYPE",
      "targets.https://example.com",
    ],
    ["a name server by name", { nameServers: ["dns.example"] }, "CONFIG_WRONG_TYPE", "nameServers"],
    [
      "a name server's port beyond",
      { nameServers: ["1.1.1.1:70000"] },
      "CONFIG_WRONG_TYPE",
      "nameServers",
    ],
    [
      "no rate at all",
      { originRate: { perSecond: 0 } },
      "CONFIG_WRONG_TYPE",
      "originRate.perSecond",
    ],
    [
      "an answer larger than a transcript can use",
      { http: { responseBytes: 262_145 } },
      "CONFIG_WRONG_TYPE",
      "http.responseBytes",
    ],
    ["no time for an answer", { http: { totalMs: 0 } }, "CONFIG_WRONG_TYPE", "http.totalMs"],
    [
      "an authority's file that is not there",
      { targetCaFile: "/nowhere/ca.pem" },
      "CONFIG_UNREADABLE",
      undefined,
    ],
  ])("%s", (_what, changes, code, field) => {
    expect(failure(changes)).toMatchObject({ code, ...(field === undefined ? {} : { field }) });
  });

  test("a lie, but on the devnet and with leave", () => {
    expect(failure({ tamper: "branch" })).toEqual({
      code: "CONFIG_TAMPER_REFUSED",
      chainId: 31337,
    });
    const deployment = { ...TEST_DEPLOYMENT, chainId: 1 };
    expect(failure({ tamper: "branch", allowTamper: true, deployment })).toEqual({
      code: "CONFIG_TAMPER_REFUSED",
      chainId: 1,
    });
    expect(parse({ tamper: "branch", allowTamper: true }).tamper).toBe("branch");
    expect(parse({ tamper: "withhold", allowTamper: true }).tamper).toBe("withhold");
  });
});

test("a file that is not there, that names one that is not there, or is no JSON, is told by its path", () => {
  const directory = temporaryDirectory();
  const path = join(directory.path, "node.json");
  const missing = { reason: expect.stringContaining("ENOENT") };
  expect(failureOf(() => readConfig(path, {}))).toEqual({
    code: "CONFIG_UNREADABLE",
    path,
    ...missing,
  });
  writeFileSync(path, JSON.stringify({ ...LEAST, deployment: "away.json" }));
  expect(failureOf(() => readConfig(path, {}))).toEqual({
    code: "CONFIG_UNREADABLE",
    path: "away.json",
    ...missing,
  });
  writeFileSync(path, '{ "nodeNo": 1, }');
  expect(failureOf(() => readConfig(path, {}))).toMatchObject({ code: "CONFIG_NOT_JSON", path });
  // A secret's file in the place of the configuration: what is in it is not shown.
  writeFileSync(path, "hunter2");
  const shown = failureOf(() => readConfig(path, {}));
  expect(shown).toMatchObject({ code: "CONFIG_NOT_JSON" });
  expect(JSON.stringify(shown)).not.toContain("hunter2");
  writeFileSync(path, JSON.stringify(LEAST));
  expect(readConfig(path, {}).dataDirectory).toBe(join(directory.path, "data"));
  directory.remove();
});
