import { type Hex, isHex, nobleRecovery } from "@deed/protocol/encoding";
import type { Command } from "commander";
import type { PrivateKeyAccount } from "viem/accounts";
import { cliError } from "./cli-error.ts";
import { readJson } from "./files.ts";
import { openKeystore } from "./keystore.ts";
import { type PassphraseOptions, readPassphrase } from "./passphrase.ts";
import { ledgerOf, type Place } from "./place.ts";
import type { Terminal } from "./terminal.ts";

export interface WalletOptions extends PassphraseOptions {
  readonly keystore?: string;
}

/** The options by which a command gets a key. */
export function withWallet(command: Command): Command {
  return command
    .option("--keystore <file>", "encrypted key of a wallet")
    .option("--passphrase-file <file>", "file that holds the keystore's passphrase")
    .option("--passphrase-fd <number>", "open descriptor to read the passphrase from");
}

/** Opens the keystore that the options name. Errors: CliError. */
export async function openWallet(
  options: WalletOptions,
  terminal: Terminal,
): Promise<PrivateKeyAccount> {
  const { keystore } = options;
  if (keystore === undefined) {
    const remedy = "Name one with --keystore FILE; `deed keystore new FILE` makes one.";
    throw cliError("CLI_USAGE", "no key to sign with", remedy);
  }
  const json = readJson(keystore);
  const question = { text: `Passphrase of ${keystore}`, isNew: false };
  const passphrase = await readPassphrase(options, terminal, question);
  const done = terminal.busy("Opening the keystore");
  try {
    return await openKeystore(json, keystore, passphrase);
  } finally {
    done();
  }
}

/** Whose key a keystore says that it holds, without opening it; null when it does not say. Errors: CliError. */
export function keystoreAddress(path: string): Hex | null {
  const json = readJson(path) as { readonly address?: unknown } | null;
  const address = `0x${String(json?.address).toLowerCase().replace(/^0x/, "")}`;
  return isHex(address, 20) ? address : null;
}

/** An account's address as Deed writes it. */
export function addressOf(account: PrivateKeyAccount): Hex {
  return account.address.toLowerCase() as Hex;
}

/** An address from the command line. Errors: CliError. */
export function parseAddress(text: string, option: string): Hex {
  const lower = text.toLowerCase();
  if (isHex(lower, 20)) return lower;
  throw cliError("CLI_USAGE", `${option}: '${text}' is no address`, "0x and 40 digits.");
}

/** A signature from the command line. Errors: CliError. */
export function parseSignatureText(text: string): Hex {
  const lower = text.toLowerCase();
  if (isHex(lower) && lower.length > 2) return lower;
  throw cliError("CLI_USAGE", "--signature: not hexadecimal", "0x and an even number of digits.");
}

const NONCE_LIMIT = 2n ** 256n;

/** An intent's nonce from the command line. Errors: CliError. */
export function parseNonce(text: string, what: string): bigint {
  if (/^[0-9]{1,78}$/.test(text) && BigInt(text) < NONCE_LIMIT) return BigInt(text);
  throw cliError("CLI_USAGE", `${what}: '${text}' is none`, "A number below 2^256, in decimal.");
}

/** A hash from the command line. Errors: CliError. */
export function parseHash(text: string, what: string): Hex {
  const lower = text.toLowerCase();
  if (isHex(lower, 32)) return lower;
  throw cliError("CLI_USAGE", `${what}: '${text}' is no hash`, "0x and 64 digits.");
}

/**
 * Is an outside signature the owner's? A wallet contract judges by itself, at registration: whether the
 * owner is one, only the ledger knows. Errors: CliError.
 */
export async function checkOutsideSignature(
  place: Place,
  signed: { readonly digest: Hex; readonly signature: Hex; readonly owner: Hex },
  terminal: Terminal,
): Promise<void> {
  const { digest, signature, owner } = signed;
  const recovered = nobleRecovery.recover(digest, signature);
  if (recovered === owner) return;
  if (place.rpcUrl !== null) {
    const code = await ledgerOf(place).rpc.request<Hex>("eth_getCode", [owner, "latest"]);
    if (code !== "0x") {
      terminal.say(`${owner} is a contract: the ledger will ask it whether it signed.`);
      return;
    }
  }
  const by = recovered === null ? "it is malformed" : `it is ${recovered}'s`;
  const message = `the signature is not ${owner}'s: ${by}`;
  const remedy = "Sign exactly what --typed-data printed, with the same --nonce and --owner.";
  throw cliError("CLI_BAD_SIGNATURE", message, remedy);
}
