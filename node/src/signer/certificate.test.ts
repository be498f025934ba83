import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { issueCa, issueLeaf, nodeUri } from "./certificate.ts";
import { loadCurve } from "./curve.ts";
import { softwareKeys } from "./keys.ts";

const secret = new Uint8Array(32).fill(9);
const { tlsCa } = softwareKeys(
  { duty: secret, action: secret, tlsCa: secret, beacon: secret, sealing: secret },
  loadCurve(),
);
const name = { nodeNo: 7, chainId: 31_337 };

test("the CA certificate signs itself and is a CA", async () => {
  const certificate = new X509Certificate(await issueCa(name, tlsCa));
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.ca).toBe(true);
  expect(certificate.subject).toBe("CN=node-7.31337.deed");
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  expect(new Uint8Array(spki)).toEqual(tlsCa.publicKeySpki);
});

test("a leaf is issued by the CA, for both sides of TLS, for its hour and its name", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const leaf = await issueLeaf(
    {
      publicKeySpki: publicKey.export({ type: "spki", format: "der" }),
      uri: nodeUri(name),
      fromSec: 1_800_000_000,
      toSec: 1_800_003_600,
      serial: new Uint8Array(16).fill(0xff),
    },
    name,
    tlsCa,
  );
  const certificate = new X509Certificate(leaf);
  const ca = new X509Certificate(await issueCa(name, tlsCa));
  expect(certificate.checkIssued(ca)).toBe(true);
  expect(certificate.verify(ca.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.subjectAltName).toBe("URI:spiffe://node-7.31337.deed/node");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  expect(new Date(certificate.validFrom).getTime()).toBe(1_800_000_000_000);
  expect(new Date(certificate.validTo).getTime()).toBe(1_800_003_600_000);
});
