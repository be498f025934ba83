import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { judge, type Presented } from "./gate.ts";
import { nodeUri } from "./identity.ts";
import { type TestIssuerOptions, testIssuer } from "./issuer.testing.ts";
import { CHAIN_ID, TestDirectory } from "./network.testing.ts";

const directory = new TestDirectory();
const uriOf = (nodeNo: number, chainId = CHAIN_ID) => nodeUri({ nodeNo, chainId });

/** What the handshake never lets through as it is set up; the gate does not rely on that. */
async function judged(changes: Partial<Presented>, options: TestIssuerOptions = {}) {
  const issuer = await testIssuer({ nodeNo: 9, chainId: CHAIN_ID }, options);
  const endpoint = "https://127.0.0.1:1";
  directory.nodes.set(9, { endpoint, caHash: issuer.caHash, active: true });
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
  return judge(presented, { chainId: CHAIN_ID, directory: directory, nowMs });
}

const bytesOf = (hex: string) => Buffer.from(hex.slice(2), "hex");

test("the gate judges what a handshake should not let through: older TLS, resumed sessions, other keys", async () => {
  expect(await judged({})).toMatchObject({ kind: "peer", nodeNo: 9 });
  const refused = (code: string) => ({ kind: "refused", code });
  expect(await judged({ version: "TLSv1.2" })).toEqual(refused("PROTOCOL_VERSION"));
  expect(await judged({ isSessionReused: true })).toEqual(refused("SESSION_REUSED"));
  expect(await judged({}, { leafCurve: "P-384" })).toEqual(refused("KEY_TYPE"));
});
