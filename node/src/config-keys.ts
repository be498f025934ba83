import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseJson } from "@deed/sdk";
import { ConfigError } from "./config-error.ts";
import type { ConfigFields } from "./config-fields.ts";
import { wrongType } from "./config-fields.ts";
import { checkKeysConfig, type KeysConfig, storesOf } from "./signer/key-config.ts";
import { SignerError } from "./signer/signer-error.ts";

/** Where the keys of a signer are that the node starts; null: all in its keystore. Errors: ConfigError. */
export function keysOf(section: ConfigFields, at: (path: string) => string): KeysConfig | null {
  if (!section.has("keysFile")) {
    return section.has("keys") ? parseKeys(section.raw("keys", "where each key is"), at) : null;
  }
  if (section.has("keys")) throw wrongType("signer.keysFile", '"keys" or "keysFile", not both');
  const path = at(section.text("keysFile", "the path of a file that says where each key is"));
  return readKeysFile(path);
}

/** The places of a node's keys from a file; its relative paths count from its folder. Errors: ConfigError. */
export function readKeysFile(path: string): KeysConfig {
  return parseKeys(readJson(path), (relative) => resolve(dirname(path), relative));
}

/** Does the signer need a passphrase? */
export function needsPassphrase(keys: KeysConfig | null): boolean {
  return keys === null || storesOf(keys).has("keystore");
}

function parseKeys(json: unknown, at: (path: string) => string): KeysConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw wrongType("signer.keys", "an object");
  }
  try {
    const keys = json as KeysConfig;
    checkKeysConfig(keys);
    const { pkcs11 } = keys;
    if (pkcs11 === undefined) return keys;
    return { ...keys, pkcs11: { ...pkcs11, pinPath: at(pkcs11.pinPath) } };
  } catch (error) {
    if (!(error instanceof SignerError) || error.failure.code !== "E_CONFIG") throw error;
    const [field, reason = "what docs/operate/keys.md says"] = error.failure.field.split(": ");
    throw wrongType(`signer.${field}`, reason);
  }
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { message: reason } = cause as Error;
    throw new ConfigError({ code: "CONFIG_UNREADABLE", path, reason }, { cause });
  }
  try {
    return parseJson(text);
  } catch (cause) {
    const { message: reason } = cause as Error;
    throw new ConfigError({ code: "CONFIG_NOT_JSON", path, reason }, { cause });
  }
}
