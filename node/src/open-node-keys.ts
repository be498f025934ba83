import { resolve } from "node:path";
import { readKeysFile } from "./config-keys.ts";
import { type OpenedKeys, openKeys } from "./signer/open-keys.ts";

/** Opens keys none of which lies in a keystore, by their file, for a registration. Errors: ConfigError, SignerError. */
export function openNodeKeys(keysFile: string): Promise<OpenedKeys> {
  const keys = readKeysFile(resolve(keysFile));
  return openKeys({ keystorePath: "", keys }, { passphrase: () => "" });
}
