import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { NetworkError } from "./network-error.ts";

/** Keys of the embedded network's people. They guard nothing of worth: the chain's coin is made up. */
export interface NetworkAccounts {
  /** Deploys and admits the first operators; nothing afterwards. */
  readonly deployer: PrivateKeyAccount;
  /** The council's members. */
  readonly council: readonly PrivateKeyAccount[];
  readonly guardians: readonly PrivateKeyAccount[];
  /** One cold key for each operator. */
  readonly cold: readonly PrivateKeyAccount[];
  /** Owns the sample workflows. */
  readonly owner: PrivateKeyAccount;
}

interface AccountsFile {
  readonly warning: string;
  readonly deployer: Hex;
  readonly council: readonly Hex[];
  readonly guardians: readonly Hex[];
  readonly cold: readonly Hex[];
  readonly owner: Hex;
}

const COUNCIL_MEMBERS = 3;
const GUARDIANS = 3;
const WARNING = "Keys of an embedded network. Never send anything of worth to them.";

/** Those that have coin from the first block on, in the order in which the chain was created with them. */
export function fundedAccounts(accounts: NetworkAccounts): readonly PrivateKeyAccount[] {
  const { deployer, council, guardians, owner, cold } = accounts;
  return [deployer, ...council, ...guardians, owner, ...cold];
}

/** Reads the accounts of a directory, or makes new ones. */
export function openAccounts(directory: string, operators: number): NetworkAccounts {
  const path = join(directory, "accounts.json");
  const file = existsSync(path) ? read(path, operators) : create(path, operators);
  return {
    deployer: privateKeyToAccount(file.deployer),
    council: file.council.map((key) => privateKeyToAccount(key)),
    guardians: file.guardians.map((key) => privateKeyToAccount(key)),
    cold: file.cold.map((key) => privateKeyToAccount(key)),
    owner: privateKeyToAccount(file.owner),
  };
}

function create(path: string, operators: number): AccountsFile {
  const file: AccountsFile = {
    warning: WARNING,
    deployer: generatePrivateKey(),
    council: newKeys(COUNCIL_MEMBERS),
    guardians: newKeys(GUARDIANS),
    cold: newKeys(operators),
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
  if (![file.council, file.guardians].every(Array.isArray)) {
    const reason = "of an earlier version: it has no council";
    throw new NetworkError({ code: "NETWORK_FILE_MALFORMED", path, reason });
  }
  return file;
}

function newKeys(count: number): readonly Hex[] {
  return Array.from({ length: count }, () => generatePrivateKey());
}
