import type { Hex } from "@deed/protocol/encoding";

/** Signs digests for one account: a secp256k1 key that never leaves its store. */
export interface AccountKey {
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

/** The P-256 key that others seal to: it agrees on secrets and never shows itself. */
export interface AgreementKey {
  /** 65 bytes, 0x04 first. */
  readonly publicKey: Uint8Array;
  /**
   * ECDH (SP 800-56A, 5.7.1.2): the x coordinate of this key times a point, 32 bytes.
   * @param point 65 bytes, 0x04 first, on the curve.
   */
  sharedSecret(point: Uint8Array): Promise<Uint8Array>;
}

/** The keys of one node (spec 01); the operator's cold key is not among them. */
export interface NodeKeys {
  readonly duty: AccountKey;
  readonly action: AccountKey;
  readonly tlsCa: CertificateSigner;
  readonly beacon: MacKey;
  readonly sealing: AgreementKey;
}
