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

/** The keys of one node (spec 01); the operator's cold key is not among them. */
export interface NodeKeys {
  readonly duty: AccountKey;
  readonly action: AccountKey;
  readonly tlsCa: CertificateSigner;
  readonly beacon: MacKey;
}
