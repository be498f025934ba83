import { setTimeout as sleep } from "node:timers/promises";
import type { KeysConfig } from "./key-config.ts";
import type { KeyStore } from "./key-store.ts";
import { readSecretFile } from "./secret-file.ts";
import { SignerError } from "./signer-error.ts";

const DEFAULT_TIMEOUT_MS = 5_000;

/** Opens a store outside this process; its code is loaded now and not before. Errors: E_KEY_…, E_CONFIG. */
export async function openStore(
  kind: "pkcs11" | "aws-kms",
  keys: KeysConfig,
  parts: { readonly pin?: () => string } = {},
): Promise<KeyStore> {
  switch (kind) {
    case "pkcs11": {
      const { pkcs11 } = keys;
      if (pkcs11 === undefined) throw missing("keys.pkcs11");
      const { tokenLabel: label, user = "user", environment = {}, module, serial } = pkcs11;
      const pin = parts.pin?.() ?? readSecretFile(pkcs11.pinPath, "keys.pkcs11.pinPath");
      const { openPkcs11Store } = await import("./pkcs11/pkcs11-store.ts");
      const place = { module, environment, label, user };
      return openPkcs11Store(serial === undefined ? place : { ...place, serial }, pin);
    }
    case "aws-kms": {
      const { awsKms } = keys;
      if (awsKms === undefined) throw missing("keys.awsKms");
      const { openAwsKmsStore } = await import("./aws-kms/aws-kms-store.ts");
      const options = { ...awsKms, timeoutMs: awsKms.timeoutMs ?? DEFAULT_TIMEOUT_MS };
      return openAwsKmsStore(options, { sleepMs: (ms) => sleep(ms) });
    }
  }
}

function missing(field: string): SignerError {
  return new SignerError({ code: "E_CONFIG", field });
}
