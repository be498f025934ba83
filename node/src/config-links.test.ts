import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { TEST_DEPLOYMENT } from "./roles/context.testing.ts";

function parse(changes: Record<string, unknown>, environment = {}) {
  const least = {
    nodeNo: 1,
    dataDirectory: "data",
    deployment: TEST_DEPLOYMENT,
    rpcUrl: "http://127.0.0.1:8545",
    signer: { directory: "signer", passphraseFile: "passphrase" },
  };
  return parseConfig({ ...least, ...changes }, "/etc/deed", environment);
}

function refusal(changes: Record<string, unknown>, environment = {}): ConfigError {
  try {
    parse(changes, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

const FAR = "rpc.example";

test.each([
  ["rpcUrl", { rpcUrl: `http://${FAR}` }],
  ["wsUrl", { wsUrl: `ws://${FAR}` }],
  ["chains.10", { chains: { 10: "http://0.0.0.0:8545" } }],
])(
  "plaintext in %s to another machine is refused with place and remedy, unless it is accepted",
  (field, changes) => {
    const { failure, remedy } = refusal(changes);
    expect(failure).toMatchObject({ code: "CONFIG_INSECURE_URL", field });
    expect(remedy).toContain(`"${field}"`);
    expect(remedy).toContain('"allowInsecureRpc": true');
    parse({ ...changes, allowInsecureRpc: true });
  },
);

test("the remedy names the scheme that the link needs", () => {
  expect(refusal({ wsUrl: `ws://${FAR}` }).remedy).toContain("Use wss,");
  expect(refusal({ rpcUrl: `http://${FAR}` }).remedy).toContain("Use https,");
  parse({ rpcUrl: `https://${FAR}`, wsUrl: `wss://${FAR}` });
});

const ELSEWHERE = [
  "0.0.0.0",
  "::",
  "::ffff:0.0.0.0",
  "::ffff:10.0.0.1",
  "10.0.0.1",
  "example.com",
  // Read in more than one way, or by a resolver.
  "0",
  "2130706433",
  "0177.0.0.1",
  "127.1",
  "::1%lo",
  "[::1]",
  "localhost.",
  "127.0.0.1/x",
];

for (const name of ["api", "metrics"] as const) {
  test.each(ELSEWHERE)(`${name}.host %s needs TLS or the operator's word`, (host) => {
    const { failure, message, remedy } = refusal({ [name]: { host } });
    expect(failure).toEqual({ code: "CONFIG_PLAINTEXT", field: name, host });
    expect(message).toContain(`${name}.host ${host}`);
    expect(remedy).toContain(`"${name}.tls"`);
    expect(remedy).toContain(`"${name}.allowPlaintext": true`);
    expect(parse({ [name]: { host, allowPlaintext: true } })[name]).toEqual({
      host,
      port: 0,
      tls: null,
    });
    const tls = { certFile: "cert.pem", keyFile: "key.pem" };
    expect(parse({ [name]: { host, tls } })[name]?.tls).toEqual({
      certPath: "/etc/deed/cert.pem",
      keyPath: "/etc/deed/key.pem",
      clientCaPath: null,
    });
  });

  test.each(["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])(
    `${name}.host %s is this machine's`,
    (host) => {
      expect(parse({ [name]: { host } })[name]).toEqual({ host, port: 0, tls: null });
    },
  );

  test(`${name}.host localhost is 127.0.0.1, whatever a resolver says`, () => {
    expect(parse({ [name]: { host: "localhost" } })[name]?.host).toBe("127.0.0.1");
  });
}

test("a node does not start where the environment switches verification off", () => {
  const off = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const { failure, remedy } = refusal({}, off);
  expect(failure).toEqual({
    code: "CONFIG_TLS_UNVERIFIED",
    variable: "NODE_TLS_REJECT_UNAUTHORIZED",
  });
  expect(remedy).toContain('"rpcTls.caFile"');
  parse({}, { NODE_TLS_REJECT_UNAUTHORIZED: "1" });
});

test("servers of RPC need TLS 1.3 and a known authority; an older version and another authority are the operator's to name", () => {
  expect(parse({}).rpcTls).toEqual({ ownCaPem: null, least: "1.3" });
  const folder = mkdtempSync(join(tmpdir(), "deed-"));
  writeFileSync(join(folder, "ca.pem"), "an authority");
  const rpcTls = { caFile: join(folder, "ca.pem"), minVersion: "1.2" };
  expect(parse({ rpcTls }).rpcTls).toEqual({ ownCaPem: "an authority", least: "1.2" });
  rmSync(folder, { recursive: true });
  expect(refusal({ rpcTls }).failure).toMatchObject({ code: "CONFIG_UNREADABLE" });
  expect(refusal({ rpcTls: { minVersion: "1.1" } }).failure).toMatchObject({
    field: "rpcTls.minVersion",
  });
});

test("leaf certificates live an hour, or less", () => {
  expect(parse({}).peers.leafSec).toBe(3_600);
  expect(parse({ peers: { leafSec: 10 } }).peers).toEqual({
    host: "127.0.0.1",
    port: 0,
    leafSec: 10,
  });
  for (const leafSec of [9, 3_601]) {
    expect(refusal({ peers: { leafSec } }).failure).toMatchObject({ field: "peers.leafSec" });
  }
});

test("a signer on another machine is named by its key; there is no plaintext", () => {
  const key = `0x${"ab".repeat(32)}`;
  const signer = {
    ...{ host: "far.example", port: 7500, certFile: "node/cert.pem", keyFile: "node/key.pem" },
    ...{ signerKeys: [key], tokenFile: "token" },
  };
  expect(parse({ signer }).signer).toEqual({
    ...{ kind: "tls", host: "far.example", port: 7500, tokenPath: "/etc/deed/token" },
    files: {
      certPath: "/etc/deed/node/cert.pem",
      keyPath: "/etc/deed/node/key.pem",
      otherKeys: [key],
    },
  });
  for (const name of ["port", "certFile", "keyFile", "tokenFile"]) {
    const { failure } = refusal({ signer: { ...signer, [name]: undefined } });
    expect(failure).toMatchObject({ code: "CONFIG_MISSING", field: `signer.${name}` });
  }
  for (const signerKeys of [undefined, [], ["0x12"], key]) {
    const { failure } = refusal({ signer: { ...signer, signerKeys } });
    expect(failure).toMatchObject({ code: "CONFIG_WRONG_TYPE", field: "signer.signerKeys" });
  }
});
