import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import type { Hex } from "@deed/protocol/encoding";
import * as x509 from "@peculiar/x509";
import type { NodeIdentity } from "./identity.ts";
import type { LeafIssuer } from "./leaf-keeper.ts";
import { nameConstraintsFor } from "./name-constraints.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR_MS = 3_600_000;

export interface TestIssuerOptions {
  /** Whom the CA is constrained to; null for a CA without constraints. */
  readonly constrainedTo?: NodeIdentity | null;
  readonly isCritical?: boolean;
  /** False for a certificate that may not issue others. */
  readonly isCa?: boolean;
  /** Of the keys that its leaves are for. */
  readonly leafCurve?: "P-256" | "P-384";
  /** What its leaves say, whatever was asked for. */
  readonly leafUri?: string;
  readonly leafFromMs?: number;
  readonly leafToMs?: number;
}

export interface TestIssuer extends LeafIssuer {
  readonly caHash: Hex;
}

/** A CA in memory, honest unless told otherwise. */
export async function testIssuer(
  identity: NodeIdentity,
  options: TestIssuerOptions = {},
): Promise<TestIssuer> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const { privateKey, publicKey } = keys as webcrypto.CryptoKeyPair;
  const constrained = options.constrainedTo === undefined ? identity : options.constrainedTo;
  const constraints =
    constrained === null
      ? []
      : [
          new x509.Extension(
            "2.5.29.30",
            options.isCritical ?? true,
            new Uint8Array(nameConstraintsFor(constrained)),
          ),
        ];
  const subject = `CN=node ${identity.nodeNo} CA`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: subject,
      keys: keys as never,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - HOUR_MS),
      notAfter: new Date(Date.now() + 24 * HOUR_MS),
      extensions: [
        new x509.BasicConstraintsExtension(options.isCa ?? true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        ...constraints,
      ],
    },
    webcrypto as never,
  );
  const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", publicKey));
  return {
    caHash: `0x${createHash("sha256").update(spki).digest("hex")}`,
    caCertificate: async () => hex(ca.rawData),
    issueLeaf: async (leaf) => {
      const key = await webcrypto.subtle.importKey(
        "spki",
        Buffer.from(leaf.publicKeySpki.slice(2), "hex"),
        { ...ALGORITHM, namedCurve: options.leafCurve ?? "P-256" },
        true,
        ["verify"],
      );
      const certificate = await x509.X509CertificateGenerator.create(
        {
          subject: "CN=node",
          issuer: subject,
          publicKey: key as never,
          signingKey: privateKey as never,
          signingAlgorithm: ALGORITHM,
          notBefore: new Date(options.leafFromMs ?? leaf.validFromSec * 1000),
          notAfter: new Date(options.leafToMs ?? leaf.validToSec * 1000),
          extensions: [
            new x509.SubjectAlternativeNameExtension([
              { type: "url", value: options.leafUri ?? leaf.nodeUri },
            ]),
          ],
        },
        webcrypto as never,
      );
      return hex(certificate.rawData);
    },
  };
}

function hex(bytes: ArrayBuffer): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
