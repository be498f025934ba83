import type { Hex } from "@deed/protocol/encoding";
import type { AuditedKind } from "./audit-entry.ts";
import type { KeyName, KeyTier } from "./key-tier.ts";

/** Why the signer does not sign, or does not start. No secret and no key is ever part of it. */
export type SignerFailure =
  | { readonly code: "E_BAD_REQUEST"; readonly field: string }
  /** Only the structures of spec 01 and known methods; never a digest. */
  | { readonly code: "E_TYPE"; readonly method: string }
  | { readonly code: "E_UNAUTHORISED" }
  /** The place was signed with other content. */
  | { readonly code: "E_EQUIVOCATION"; readonly kind: string; readonly place: string }
  | { readonly code: "E_POLICY"; readonly rule: string; readonly value: string }
  /** No chain of the secrets here leads to what the ledger has. */
  | { readonly code: "E_BEACON_CHAIN"; readonly anchor: Hex }
  | { readonly code: "E_NONCE"; readonly asked: number; readonly next: number }
  | { readonly code: "E_RATE"; readonly kind: string; readonly retryAfterMs: number }
  /** Nothing is signed any more until a restart: the log could not be written. */
  | { readonly code: "E_HALTED"; readonly reason: string }
  | { readonly code: "E_CLOSING" }
  | { readonly code: "E_AUDIT_DAMAGED"; readonly offset: number; readonly reason: string }
  /** Written with other keys or for another deployment. */
  | { readonly code: "E_AUDIT_FOREIGN"; readonly field: string }
  /** The ledger has seen more than the log: an old copy of it was restored. */
  | {
      readonly code: "E_AUDIT_BEHIND";
      readonly kind: AuditedKind | "Transaction";
      readonly log: number;
      readonly ledger: number;
    }
  /** The ledger shows another structure than the log at one position: two logs have grown from one. */
  | {
      readonly code: "E_AUDIT_FORKED";
      /** Of a transaction `seq` is the nonce, and the hashes are of call data; "0x" where the log has no call. */
      readonly kind: AuditedKind | "Transaction";
      readonly seq: number;
      readonly log: Hex;
      readonly ledger: Hex;
    }
  | { readonly code: "E_AUDIT_IO"; readonly reason: string }
  | { readonly code: "E_LOCKED"; readonly path: string }
  | { readonly code: "E_KEYSTORE"; readonly reason: KeystoreProblem }
  /** A library or package of a key store cannot be loaded. */
  | { readonly code: "E_KEY_MODULE"; readonly module: string; readonly reason: string }
  | {
      readonly code: "E_KEY_DEVICE";
      readonly label: string;
      readonly reason: DeviceProblem;
      /** What the device said, where it said something. */
      readonly answer?: string;
    }
  /** Never the PIN itself. */
  | { readonly code: "E_KEY_PIN"; readonly label: string; readonly reason: PinProblem }
  /** Keys of these names are there, and nobody said whose they are. */
  | { readonly code: "E_KEY_EXISTS"; readonly places: readonly string[] }
  | { readonly code: "E_KEY_MISSING"; readonly key: KeyName; readonly place: string }
  /** It is there, but not what this purpose needs. */
  | { readonly code: "E_KEY_WRONG"; readonly key: KeyName; readonly reason: string }
  | { readonly code: "E_KEY_MECHANISM"; readonly key: KeyName; readonly mechanism: string }
  | {
      readonly code: "E_KEY_TIER";
      readonly key: KeyName;
      readonly tier: KeyTier;
      readonly minimum: KeyTier;
      readonly because: readonly string[];
    }
  /** What the store answered is not this key's signature of this digest. */
  | { readonly code: "E_KEY_SIGNATURE"; readonly key: KeyName }
  | { readonly code: "E_KEY_DENIED"; readonly key: KeyName; readonly reason: string }
  /** It may answer later: asking again is safe. */
  | { readonly code: "E_KEY_UNAVAILABLE"; readonly key: KeyName; readonly reason: string }
  /** What cannot be opened, or not for this purpose. */
  | { readonly code: "E_SEALED"; readonly reason: string }
  | { readonly code: "E_CONFIG"; readonly field: string }
  | { readonly code: "E_START"; readonly reason: string }
  /** The socket did not answer in time. */
  | { readonly code: "E_UNAVAILABLE"; readonly reason: string }
  | { readonly code: "E_INTERNAL"; readonly reason: string };

export type DeviceProblem = "absent" | "several of this label" | "not initialised" | "refused";

export type PinProblem = "wrong" | "locked" | "one try left" | "expired";

export type KeystoreProblem =
  | "unreadable"
  | "malformed"
  | "wrong passphrase"
  | "exists"
  | "of an older version";
