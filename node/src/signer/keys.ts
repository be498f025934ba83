import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
} from "node:crypto";
import { addressOfPublicKey, bytesToHex, type Hex } from "@deed/protocol/encoding";
import type { Curve } from "./curve.ts";
import { SignerError } from "./signer-error.ts";

/** Signs digests with one secp256k1 key that never leaves it. */
export interface DigestSigner {
  readonly address: Hex;
  /** r ‖ s ‖ v, 65 bytes. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

/** The P-256 key that issues the node's TLS certificates. */
export interface CertificateSigner {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeySpki: Uint8Array;
  /** DER ECDSA signature over SHA-256 of `bytes`. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A key that derives and never shows itself. */
export interface MacKey {
  /** HMAC-SHA-256. */
  mac(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The keys of one node (spec 01); the operator's cold key is not among them. */
export interface NodeKeys {
  readonly duty: DigestSigner;
  readonly action: DigestSigner;
  readonly tlsCa: CertificateSigner;
  readonly beacon: MacKey;
}

/** The same as raw secrets, 32 bytes each, as a keystore holds them. */
export interface NodeSecrets {
  readonly duty: Uint8Array;
  readonly action: Uint8Array;
  readonly tlsCa: Uint8Array;
  readonly beacon: Uint8Array;
}

/** Keys in this process's memory. */
export function softwareKeys(secrets: NodeSecrets, curve: Curve): NodeKeys {
  return {
    duty: digestSigner(secrets.duty, curve),
    action: digestSigner(secrets.action, curve),
    tlsCa: certificateSigner(secrets.tlsCa),
    beacon: {
      mac: (bytes) =>
        Promise.resolve(
          new Uint8Array(createHmac("sha256", secrets.beacon).update(bytes).digest()),
        ),
    },
  };
}

/** SHA-256 of the TLS CA key's SubjectPublicKeyInfo, as the registry keeps it. */
export function caHashOf(keys: NodeKeys): Hex {
  return bytesToHex(createHash("sha256").update(keys.tlsCa.publicKeySpki).digest());
}

function digestSigner(secret: Uint8Array, curve: Curve): DigestSigner {
  if (!curve.isPrivateKey(secret))
    throw new SignerError({ code: "E_KEYSTORE", reason: "malformed" });
  return {
    address: addressOfPublicKey(curve.publicKey(secret)),
    sign: (digest) => Promise.resolve(curve.sign(digest, secret)),
  };
}

function certificateSigner(secret: Uint8Array): CertificateSigner {
  const key = createPrivateKey({ key: p256Jwk(secret), format: "jwk" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    publicKeySpki: new Uint8Array(spki),
    sign: (bytes) => Promise.resolve(new Uint8Array(sign("sha256", bytes, key))),
  };
}

function p256Jwk(secret: Uint8Array): Record<string, string> {
  const point = ecdhPoint(secret);
  return {
    kty: "EC",
    crv: "P-256",
    d: Buffer.from(secret).toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33, 65).toString("base64url"),
  };
}

function ecdhPoint(secret: Uint8Array): Buffer {
  const exchange = createECDH("prime256v1");
  exchange.setPrivateKey(secret);
  return exchange.getPublicKey();
}
