import { generateKeyPairSync } from "node:crypto";
import { once as event } from "node:events";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, expect, test, vi } from "vitest";
import { type Logger, SILENT } from "../telemetry/logger.ts";
import { judge, type Presented } from "./gate.ts";
import { nodeUri } from "./identity.ts";
import { type TestIssuerOptions, testIssuer } from "./issuer.testing.ts";
import { openLeafKeeper } from "./leaf-keeper.ts";
import { CHAIN_ID, TestNetwork } from "./network.testing.ts";
import { secureContextOptions } from "./secure-context.ts";

const never = new AbortController().signal;
let network = new TestNetwork();
const sockets: TLSSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await network.close();
  network = new TestNetwork();
});

const word = (digit: string) => `0x${digit.repeat(64)}` as const;

/** A logger that keeps the reasons of refusals. */
function refusals(): { readonly reasons: unknown[]; readonly logger: Logger } {
  const reasons: unknown[] = [];
  return {
    reasons,
    logger: { ...SILENT, warn: (_message, fields) => void reasons.push(fields?.["reason"]) },
  };
}

/** Connects with any certificate and waits until the server hangs up. The codes that came on the way. */
async function knock(port: number, options: ConnectionOptions): Promise<unknown> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ["deed/1"],
    ...options,
  });
  sockets.push(socket);
  let code: unknown = "closed";
  socket.on("error", (error) => {
    code = "code" in error ? error.code : error.message;
  });
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  return code;
}

async function materialOf(nodeNo: number, options: TestIssuerOptions, isRegistered = true) {
  const issuer = await testIssuer({ nodeNo, chainId: CHAIN_ID }, options);
  const leaf = await openLeafKeeper(
    { nodeNo, chainId: CHAIN_ID, lifetimeSec: 3_600, backdateSec: 300 },
    { issuer, clock: { nowMs: Date.now }, logger: SILENT },
  );
  leaf.close();
  network.directory.nodes.set(nodeNo, {
    endpoint: "https://127.0.0.1:1",
    caHash: isRegistered ? issuer.caHash : word("0"),
    active: true,
  });
  return secureContextOptions(leaf.current);
}

const HOUR_MS = 3_600_000;
const uriOf = (nodeNo: number, chainId = CHAIN_ID) => nodeUri({ nodeNo, chainId });

test.each<[string, string, TestIssuerOptions, boolean?]>([
  ["an unregistered CA with the right names", "CA_NOT_REGISTERED", {}, false],
  [
    "an expired leaf",
    "EXPIRED",
    { leafFromMs: Date.now() - 2 * HOUR_MS, leafToMs: Date.now() - HOUR_MS },
  ],
  [
    "a leaf of the future",
    "NOT_YET_VALID",
    { leafFromMs: Date.now() + HOUR_MS, leafToMs: Date.now() + 2 * HOUR_MS },
  ],
  ["a leaf that lives too long", "LIFETIME", { leafToMs: Date.now() + 10 * HOUR_MS }],
  [
    "a registered node's CA that vouches for another node",
    "CA_NOT_REGISTERED",
    { leafUri: uriOf(1) },
  ],
  ["a leaf of another ledger", "OTHER_LEDGER", { leafUri: uriOf(9, 1) }],
  ["a leaf without an identity", "NO_IDENTITY", { leafUri: "https://example.com" }],
  ["a leaf of nobody", "NODE_UNKNOWN", { leafUri: uriOf(77) }],
  ["a leaf under what is no CA", "CA_INVALID", { isCa: false }],
  ["a CA without constraints", "CA_NOT_CONSTRAINED", { constrainedTo: null }],
  ["a CA whose constraints are not critical", "CA_NOT_CONSTRAINED", { isCritical: false }],
  [
    "a CA that is held to another node",
    "CA_NOT_CONSTRAINED",
    { constrainedTo: { nodeNo: 1, chainId: CHAIN_ID } },
  ],
])("%s is refused: %s", async (_name, reason, options, isRegistered) => {
  const { reasons, logger } = refusals();
  const { server } = await network.add(1, { logger });
  await knock(server.port, await materialOf(9, options, isRegistered));
  expect(reasons).toEqual([reason]);
});

test("a leaf that comes without its CA is refused", async () => {
  const { reasons, logger } = refusals();
  const { server } = await network.add(1, { logger });
  const material = await materialOf(9, {});
  const [leaf] = String(material.cert).split(/(?<=-----END CERTIFICATE-----\n)/);
  await knock(server.port, { ...material, cert: leaf! });
  expect(reasons).toEqual(["NO_ISSUER"]);
});

/** What the handshake never lets through as it is set up; the gate does not rely on that. */
async function judged(changes: Partial<Presented>, options: TestIssuerOptions = {}) {
  const issuer = await testIssuer({ nodeNo: 9, chainId: CHAIN_ID }, options);
  const endpoint = "https://127.0.0.1:1";
  network.directory.nodes.set(9, { endpoint, caHash: issuer.caHash, active: true });
  const namedCurve = options.leafCurve ?? "P-256";
  const { publicKey } = generateKeyPairSync("ec", { namedCurve });
  const nowMs = Date.now();
  const leaf = await issuer.issueLeaf({
    publicKeySpki: `0x${publicKey.export({ type: "spki", format: "der" }).toString("hex")}`,
    nodeUri: uriOf(9),
    validFromSec: Math.floor(nowMs / 1000) - 60,
    validToSec: Math.floor(nowMs / 1000) + 600,
  });
  const presented = {
    alpn: "deed/1",
    version: "TLSv1.3",
    isSessionReused: false,
    leaf: bytesOf(leaf),
    issuer: bytesOf(await issuer.caCertificate()),
    ...changes,
  };
  return judge(presented, { chainId: CHAIN_ID, directory: network.directory, nowMs });
}

const bytesOf = (hex: string) => Buffer.from(hex.slice(2), "hex");

test("the gate judges what a handshake should not let through: older TLS, other keys", async () => {
  expect(await judged({})).toMatchObject({ kind: "peer", nodeNo: 9 });
  const refused = (code: string) => ({ kind: "refused", code });
  expect(await judged({ version: "TLSv1.2" })).toEqual(refused("PROTOCOL_VERSION"));
  expect(await judged({}, { leafCurve: "P-384" })).toEqual(refused("KEY_TYPE"));
});

test("a client without a certificate is refused", async () => {
  const { reasons, logger } = refusals();
  const { server } = await network.add(1, { logger });
  await knock(server.port, {});
  expect(reasons).toEqual(["NO_CERTIFICATE"]);
});

test("TLS 1.2 and another protocol fail in the handshake", async () => {
  const { server } = await network.add(1);
  const material = await materialOf(9, {});
  const old = {
    ...material,
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    ciphers: "DEFAULT",
  } as const;
  expect(await knock(server.port, old)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  expect(await knock(server.port, { ...material, ALPNProtocols: ["h2"] })).toBe(
    "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
  );
});

test("a client that names no protocol is refused", async () => {
  const { reasons, logger } = refusals();
  const { server } = await network.add(1, { logger });
  await knock(server.port, { ...(await materialOf(9, {})), ALPNProtocols: [] });
  expect(reasons).toEqual(["ALPN"]);
});

test("a resumed session is refused, though its certificate is good", async () => {
  const { reasons, logger } = refusals();
  const { server } = await network.add(1, { logger });
  const material = await materialOf(9, {});
  const first = connect({
    host: "127.0.0.1",
    port: server.port,
    rejectUnauthorized: false,
    ALPNProtocols: ["deed/1"],
    ...material,
  });
  sockets.push(first);
  const [session] = (await event(first, "session")) as [Buffer];
  const second = connect({
    host: "127.0.0.1",
    port: server.port,
    rejectUnauthorized: false,
    ALPNProtocols: ["deed/1"],
    session,
    ...material,
  });
  sockets.push(second);
  second.on("error", () => undefined);
  await event(second, "secureConnect");
  if (second.isSessionReused()) {
    second.resume();
    await event(second, "close");
    expect(reasons).toEqual(["SESSION_REUSED"]);
  }
});

test("after a rotation old versions of TLS stay refused, and connections stay open", async () => {
  const [a, b] = [await network.add(1), await network.add(2)];
  await a.client.hello(2, never);
  const before = b.leaf.current;
  await Promise.all([a.leaf.rotate(), b.leaf.rotate()]);
  expect(b.leaf.current.chainPem).not.toBe(before.chainPem);
  const dials = vi.spyOn(network.directory, "node");
  expect(await a.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
  expect(dials).not.toHaveBeenCalled();
  const material = secureContextOptions(a.leaf.current);
  const old = {
    ...material,
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    ciphers: "DEFAULT",
  } as const;
  expect(await knock(b.server.port, old)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  const c = await network.add(3);
  expect(await c.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
});
