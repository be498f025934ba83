import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { NetworkError } from "./network-error.ts";

/** Keys of the embedded network's people. They guard nothing of worth: the chain's coin is made up. */
export interface NetworkAccounts {
  /** Deploys, admits operators. */
  readonly council: PrivateKeyAccount;
  /** One cold key for each operator. */
  readonly cold: readonly PrivateKeyAccount[];
  /** Owns the sample workflows. */
  readonly owner: PrivateKeyAccount;
}

interface AccountsFile {
  readonly warning: string;
  readonly council: Hex;
  readonly cold: readonly Hex[];
  readonly owner: Hex;
}

const WARNING = "Keys of an embedded network. Never send anything of worth to them.";

/** Reads the accounts of a directory, or makes new ones. */
export function openAccounts(directory: string, operators: number): NetworkAccounts {
  const path = join(directory, "accounts.json");
  const file = existsSync(path) ? read(path, operators) : create(path, operators);
  return {
    council: privateKeyToAccount(file.council),
    cold: file.cold.map((key) => privateKeyToAccount(key)),
    owner: privateKeyToAccount(file.owner),
  };
}

function create(path: string, operators: number): AccountsFile {
  const file: AccountsFile = {
    warning: WARNING,
    council: generatePrivateKey(),
    cold: Array.from({ length: operators }, () => generatePrivateKey()),
    owner: generatePrivateKey(),
  };
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return file;
}

function read(path: string, operators: number): AccountsFile {
  let file: AccountsFile;
  try {
    file = JSON.parse(readFileSync(path, "utf8")) as AccountsFile;
  } catch (cause) {
    const reason = "not JSON";
    throw new NetworkError({ code: "NETWORK_FILE_MALFORMED", path, reason }, { cause });
  }
  if (!Array.isArray(file.cold) || file.cold.length !== operators) {
    const reason = `holds the keys of another number of operators than ${operators}`;
    throw new NetworkError({ code: "NETWORK_FILE_MALFORMED", path, reason });
  }
  return file;
}
