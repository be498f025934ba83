import {
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import type { Hex } from "@deed/protocol/encoding";
import { issueLink } from "../certificate.ts";
import { linkKeyOf } from "./judge-link.ts";

/** One end of a link: a certificate that vouches for itself, and its key. */
export interface LinkEnd {
  readonly certPem: string;
  readonly keyPem: string;
  /** By which the other end's configuration names it. */
  readonly key: Hex;
}

/** Makes one end, with a new P-256 key. */
export async function makeLinkEnd(options: {
  /** For people: nothing is decided by it. */
  readonly name: string;
  readonly fromSec: number;
  readonly toSec: number;
}): Promise<LinkEnd> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKeySpki = publicKey.export({ type: "spki", format: "der" });
  const serial = randomBytes(16);
  const certificate = await issueLink(
    { ...options, serial, publicKeySpki },
    { publicKeySpki, sign: async (bytes) => signed(bytes, privateKey) },
  );
  const certPem = new X509Certificate(certificate).toString();
  return {
    certPem,
    keyPem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    key: linkKeyOf(new X509Certificate(certPem)),
  };
}

function signed(bytes: Uint8Array, key: KeyObject): Uint8Array {
  return sign("sha256", bytes, key);
}
