/** Where keys are. */
export type KeyStoreKind = "keystore" | "pkcs11" | "aws-kms";

/** A signature as a store gives it. */
export interface DigestSignature {
  /** `raw`: r ‖ s, 64 bytes. `der`: ASN.1. `recoverable`: r ‖ s ‖ v, low s, from code that needs no check. */
  readonly format: "raw" | "der" | "recoverable";
  readonly bytes: Uint8Array;
}

/** The port of every key store: one elliptic-curve key that signs digests and never shows itself. */
export interface DigestSigner {
  /** 65 bytes, 0x04 first. */
  readonly publicKey: Uint8Array;
  /** @param digest 32 bytes, signed as they are. Errors: E_KEY_UNAVAILABLE, E_KEY_DENIED. */
  signDigest(digest: Uint8Array): Promise<DigestSignature>;
}
