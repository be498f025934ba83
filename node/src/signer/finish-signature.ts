import { createPublicKey, verify } from "node:crypto";
import { addressOfPublicKey } from "@deed/protocol/encoding";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Curve } from "./curve.ts";
import * as der from "./der.ts";
import type { DigestSignature, DigestSigner } from "./digest-signer.ts";
import type { KeyName } from "./key-tier.ts";
import type { AccountKey, CertificateSigner } from "./node-keys.ts";
import { SignerError } from "./signer-error.ts";

const RAW_BYTES = 64;
const POINT_BYTES = 65;
const EC_P256 = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"));

/** An account of a ledger over a store's secp256k1 key: low s (EIP-2) and v are found here, for every store alike. */
export function accountKey(name: KeyName, signer: DigestSigner, curve: Curve): AccountKey {
  const address = addressOfPublicKey(signer.publicKey);
  return {
    address,
    sign: async (digest) =>
      finishSignature(name, await signer.signDigest(digest), {
        digest,
        publicKey: signer.publicKey,
        curve,
      }),
  };
}

/** A signer of certificates over a store's P-256 key. */
export function certificateKey(
  name: KeyName,
  signer: DigestSigner,
  sha256: (bytes: Uint8Array) => Uint8Array,
): CertificateSigner {
  const publicKeySpki = p256Spki(signer.publicKey);
  const key = createPublicKey({ key: Buffer.from(publicKeySpki), format: "der", type: "spki" });
  return {
    publicKeySpki,
    sign: async (bytes) => {
      const { format, bytes: given } = await signer.signDigest(sha256(bytes));
      const signature = format === "der" ? given : derOf(given);
      if (!verify("sha256", bytes, key, signature)) throw foreign(name);
      return signature;
    },
  };
}

interface Expected {
  readonly digest: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly curve: Curve;
}

/** r ‖ s ‖ v with low s. What is not this key's signature of this digest is refused. Errors: E_KEY_SIGNATURE. */
export function finishSignature(
  name: KeyName,
  given: DigestSignature,
  { digest, publicKey, curve }: Expected,
): Uint8Array {
  if (given.format === "recoverable") return given.bytes;
  const low = lowS(name, given);
  for (const recovery of [0, 1] as const) {
    const found = curve.recover(digest, low, recovery);
    if (found === null || Buffer.compare(found, publicKey) !== 0) continue;
    return Uint8Array.of(...low, 27 + recovery);
  }
  throw foreign(name);
}

/** DER SubjectPublicKeyInfo of an uncompressed P-256 point. */
export function p256Spki(publicKey: Uint8Array): Uint8Array {
  return new Uint8Array(der.sequence(EC_P256, der.bits(publicKey)));
}

/** The uncompressed point at the end of a SubjectPublicKeyInfo of a 256-bit curve. */
export function pointOfSpki(spki: Uint8Array): Uint8Array {
  return spki.slice(-POINT_BYTES);
}

function lowS(name: KeyName, { format, bytes }: DigestSignature): Uint8Array {
  try {
    const parsed = secp256k1.Signature.fromBytes(bytes, format === "der" ? "der" : "compact");
    const low = parsed.hasHighS()
      ? new secp256k1.Signature(parsed.r, secp256k1.Point.Fn.neg(parsed.s))
      : parsed;
    return low.toBytes("compact");
  } catch (error) {
    throw new SignerError({ code: "E_KEY_SIGNATURE", key: name }, { cause: error });
  }
}

function derOf(raw: Uint8Array): Uint8Array {
  if (raw.length !== RAW_BYTES) return raw;
  const half = RAW_BYTES / 2;
  const numbers = [der.integer(raw.subarray(0, half)), der.integer(raw.subarray(half))];
  return new Uint8Array(der.sequence(...numbers));
}

function foreign(key: KeyName): SignerError {
  return new SignerError({ code: "E_KEY_SIGNATURE", key });
}
