import type { Pkcs11Config } from "../key-config.ts";
import { readSecretFile } from "../secret-file.ts";
import { SignerError, type SignerFailure } from "../signer-error.ts";
import * as ck from "./constants.ts";
import { openCryptoki } from "./cryptoki.ts";
import { findSlot, refuseLocked, textOf } from "./token-session.ts";

/** What can be seen of a token without logging in: no try of its PIN is used up. */
export interface TokenExamination {
  /** Labels of the tokens that the library shows; null when it cannot be loaded. */
  readonly tokens: readonly string[] | null;
  /** Mechanisms that a node needs and this token has not. */
  readonly missing: readonly string[];
  /** The first thing that keeps a signer from starting, as the signer would say it; null when nothing is seen. */
  readonly failure: SignerFailure | null;
}

const NEEDED = {
  CKM_ECDSA: ck.CKM_ECDSA,
  CKM_SHA256_HMAC: ck.CKM_SHA256_HMAC,
  CKM_ECDH1_DERIVE: ck.CKM_ECDH1_DERIVE,
} as const;

/** Looks at library, token, PIN file and mechanisms. */
export function examineToken(config: Pkcs11Config): TokenExamination {
  let tokens: readonly string[] | null = null;
  let missing: readonly string[] = [];
  try {
    const { module, environment = {}, tokenLabel: label, serial } = config;
    const cryptoki = openCryptoki({ module, environment });
    try {
      const { library } = cryptoki;
      tokens = labelsOf(library);
      const slot = findSlot(serial === undefined ? { label } : { label, serial }, library);
      refuseLocked(label, library.C_GetTokenInfo(slot).flags);
      const has = new Set(library.C_GetMechanismList(slot));
      missing = Object.entries(NEEDED).flatMap(([name, type]) => (has.has(type) ? [] : [name]));
      readSecretFile(config.pinPath, "keys.pkcs11.pinPath");
      return { tokens, missing, failure: null };
    } finally {
      cryptoki.close();
    }
  } catch (error) {
    if (error instanceof SignerError) return { tokens, missing, failure: error.failure };
    throw error;
  }
}

function labelsOf(library: import("pkcs11js").PKCS11): string[] {
  return library.C_GetSlotList(true).flatMap((slot) => {
    try {
      const { label, flags } = library.C_GetTokenInfo(slot);
      return (flags & ck.CKF_TOKEN_INITIALIZED) === 0 ? [] : [textOf(label)];
    } catch {
      return [];
    }
  });
}
