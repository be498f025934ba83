import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
} from "node:crypto";
import { bytesToHex, type Hex } from "@deed/protocol/encoding";
import type { Curve } from "./curve.ts";
import type { DigestSigner } from "./digest-signer.ts";
import { accountKey } from "./finish-signature.ts";
import type { KeyName } from "./key-tier.ts";
import type { AccountKey, AgreementKey, CertificateSigner, NodeKeys } from "./node-keys.ts";
import { SignerError } from "./signer-error.ts";

/** The same as raw secrets, 32 bytes each, as a keystore holds them. */
export interface NodeSecrets {
  readonly duty: Uint8Array;
  readonly action: Uint8Array;
  readonly tlsCa: Uint8Array;
  readonly beacon: Uint8Array;
  readonly sealing: Uint8Array;
}

/** Keys in this process's memory. */
export function softwareKeys(secrets: NodeSecrets, curve: Curve): NodeKeys {
  return {
    duty: accountOf("duty", secrets, curve),
    action: accountOf("action", secrets, curve),
    tlsCa: certificateSigner(secrets.tlsCa),
    beacon: {
      mac: (bytes) =>
        Promise.resolve(
          new Uint8Array(createHmac("sha256", secrets.beacon).update(bytes).digest()),
        ),
    },
    sealing: agreementKey(secrets.sealing),
  };
}

/** The sealing key as the registry keeps it: x ‖ y, 64 bytes. */
export function sealingPoint(keys: NodeKeys): Hex {
  return bytesToHex(keys.sealing.publicKey.subarray(1));
}

/** SHA-256 of the TLS CA key's SubjectPublicKeyInfo, as the registry keeps it. */
export function caHashOf(keys: NodeKeys): Hex {
  return bytesToHex(createHash("sha256").update(keys.tlsCa.publicKeySpki).digest());
}

function accountOf(name: KeyName, secrets: NodeSecrets, curve: Curve): AccountKey {
  return accountKey(name, digestSigner(secrets[name], curve), curve);
}

function digestSigner(secret: Uint8Array, curve: Curve): DigestSigner {
  if (!curve.isPrivateKey(secret))
    throw new SignerError({ code: "E_KEYSTORE", reason: "malformed" });
  return {
    publicKey: curve.publicKey(secret),
    signDigest: (digest) =>
      Promise.resolve({ format: "recoverable", bytes: curve.sign(digest, secret) }),
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

function agreementKey(secret: Uint8Array): AgreementKey {
  const exchange = createECDH("prime256v1");
  exchange.setPrivateKey(secret);
  return {
    publicKey: new Uint8Array(exchange.getPublicKey()),
    sharedSecret: (point) => Promise.resolve(new Uint8Array(exchange.computeSecret(point))),
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
