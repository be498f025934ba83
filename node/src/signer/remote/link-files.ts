import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Hex, isHex } from "@deed/protocol/encoding";
import { peerContextOptions, requireUsable } from "../../links/secure-context.ts";
import { readSecretPem } from "../secret-file.ts";
import { SignerError } from "../signer-error.ts";

/** One end's certificate and key, and the keys of the other. */
export interface LinkFiles {
  readonly certPath: string;
  readonly keyPath: string;
  /** SHA-256 of the other end's SubjectPublicKeyInfo; two while one is being replaced. */
  readonly otherKeys: readonly Hex[];
}

/** As a handshake needs it. */
export interface LinkMaterial {
  readonly chainPem: string;
  readonly keyPem: string;
  readonly notAfterMs: number;
}

/** Reads one end's files, once. Errors: E_CONFIG. */
export function readLinkFiles({ certPath, keyPath }: LinkFiles, field: string): LinkMaterial {
  const keyPem = readSecretPem(keyPath, `${field}.keyFile`);
  try {
    const chainPem = readFileSync(certPath, "utf8");
    requireUsable(peerContextOptions({ chainPem, keyPem }));
    return { chainPem, keyPem, notAfterMs: Date.parse(new X509Certificate(chainPem).validTo) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SignerError(
      { code: "E_CONFIG", field: `${field}.certFile: ${reason}` },
      { cause: error },
    );
  }
}

/** Are these names of keys, and at least one? */
export function areLinkKeys(keys: unknown): keys is readonly Hex[] {
  return Array.isArray(keys) && keys.length > 0 && keys.every((key) => isHex(key, 32));
}
