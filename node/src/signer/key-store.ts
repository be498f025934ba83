import type { DigestSigner } from "./digest-signer.ts";
import type { KeyEvidence } from "./key-evidence.ts";
import type { KeyName, KeyStanding } from "./key-tier.ts";
import type { AgreementKey, MacKey } from "./node-keys.ts";

/** Curve that a key of a node lies on. */
export type CurveName = "secp256k1" | "P-256";

/** A key that was found, and what may be said of its protection. */
export interface StoredKey<T> {
  readonly key: T;
  readonly standing: KeyStanding;
}

/** A place outside this process where keys are used and never seen. */
export interface KeyStore {
  /** @param place The store's own name of the key. Errors: E_KEY_MISSING, E_KEY_WRONG, E_KEY_MECHANISM. */
  digestSigner(name: KeyName, place: string, curve: CurveName): Promise<StoredKey<DigestSigner>>;
  /** Errors: the same. */
  macKey(name: KeyName, place: string): Promise<StoredKey<MacKey>>;
  /** A P-256 key that derives and does not sign. Errors: the same. */
  agreementKey(name: KeyName, place: string): Promise<StoredKey<AgreementKey>>;
  /** What the store shows of a key that was found there. Errors: the same. */
  evidence(name: KeyName, place: string): Promise<KeyEvidence>;
  close(): Promise<void>;
}
