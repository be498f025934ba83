import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

/** A leaf and its key, as this node presents itself now. */
export interface LeafMaterial {
  readonly keyPem: string;
  /** The leaf, then the CA that issued it: peers know the CA's hash only. */
  readonly chainPem: string;
  readonly notAfterMs: number;
}

/**
 * Every secure context of peers comes from here, the first and each rotated one: a context that is
 * replaced by key and certificate alone would fall back to older versions of TLS.
 */
export function secureContextOptions(material: LeafMaterial): SecureContextOptions {
  return {
    key: material.keyPem,
    cert: material.chainPem,
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    ecdhCurve: "X25519:P-256",
    sigalgs: "ecdsa_secp256r1_sha256",
    // Tickets are useless here: the gate refuses resumed sessions.
    secureOptions: constants.SSL_OP_NO_TICKET,
    sessionTimeout: 1,
  };
}
