import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import { bytesToHex, type Hex, nobleHasher } from "@deed/protocol/encoding";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { cliError } from "./cli-error.ts";

/** Cost of guessing a passphrase: scrypt's N. */
export const KEYSTORE_COST: { readonly strong: number; readonly cheap: number } = {
  strong: 2 ** 17,
  cheap: 2 ** 14,
};

/** Web3 secret storage, version 3: what other wallets read and write, too. */
interface KeystoreFile {
  readonly version: 3;
  readonly id: string;
  /** Without `0x`. */
  readonly address?: string;
  readonly crypto: {
    readonly cipher: string;
    readonly cipherparams: { readonly iv: string };
    readonly ciphertext: string;
    readonly kdf: string;
    readonly kdfparams: ScryptParameters;
    readonly mac: string;
  };
}

interface ScryptParameters {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly dklen: number;
  readonly salt: string;
}

const BLOCK_SIZE = 8;
const KEY_BYTES = 32;
const MOST_COSTLY = 2 ** 20;

/** The text of a keystore with a new key, and the key's address. */
export async function newKeystore(
  passphrase: string,
  cost: number,
): Promise<{ readonly text: string; readonly address: Hex }> {
  return encryptedKeystore(new Uint8Array(randomBytes(KEY_BYTES)), passphrase, cost);
}

/** The same for a key that somebody has already. */
export async function encryptedKeystore(
  secret: Uint8Array,
  passphrase: string,
  cost: number,
): Promise<{ readonly text: string; readonly address: Hex }> {
  const address = privateKeyToAccount(bytesToHex(secret)).address.toLowerCase() as Hex;
  const salt = randomBytes(KEY_BYTES);
  const kdfparams = { n: cost, r: BLOCK_SIZE, p: 1, dklen: KEY_BYTES, salt: salt.toString("hex") };
  const derived = await derive(passphrase, kdfparams);
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  const file: KeystoreFile = {
    version: 3,
    id: randomUUID(),
    address: address.slice(2),
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: iv.toString("hex") },
      ciphertext: ciphertext.toString("hex"),
      kdf: "scrypt",
      kdfparams,
      mac: macOf(derived, ciphertext).toString("hex"),
    },
  };
  return { text: `${JSON.stringify(file, null, 2)}\n`, address };
}

/** Decrypts a keystore. Errors: CliError. */
export async function openKeystore(
  json: unknown,
  path: string,
  passphrase: string,
): Promise<PrivateKeyAccount> {
  const { crypto } = parse(json, path);
  const derived = await derive(passphrase, crypto.kdfparams);
  const ciphertext = Buffer.from(crypto.ciphertext, "hex");
  const mac = Buffer.from(crypto.mac, "hex");
  const expected = macOf(derived, ciphertext);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw cliError("CLI_PASSPHRASE_WRONG", `the passphrase does not open ${path}`, "Try again.");
  }
  const iv = Buffer.from(crypto.cipherparams.iv, "hex");
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  const secret = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  return privateKeyToAccount(bytesToHex(new Uint8Array(secret)));
}

function parse(json: unknown, path: string): KeystoreFile {
  const file = json as Partial<KeystoreFile> | null;
  const crypto = file?.crypto;
  const kdf = crypto?.kdfparams;
  const isHexText = (text: unknown): boolean =>
    typeof text === "string" && /^([0-9a-f]{2})+$/i.test(text);
  const isReadable =
    file?.version === 3 &&
    crypto?.cipher === "aes-128-ctr" &&
    crypto.kdf === "scrypt" &&
    [crypto.ciphertext, crypto.mac, crypto.cipherparams?.iv, kdf?.salt].every(isHexText) &&
    Number.isSafeInteger(kdf?.n) &&
    kdf!.n <= MOST_COSTLY &&
    kdf!.dklen >= KEY_BYTES;
  if (isReadable) return file as KeystoreFile;
  const message = `${path} is no keystore of a wallet (web3 secret storage 3 with scrypt)`;
  throw cliError("CLI_KEYSTORE_MALFORMED", message, "`deed keystore new FILE` makes one.");
}

function derive(passphrase: string, parameters: ScryptParameters): Promise<Buffer> {
  const { n, r, p, dklen, salt } = parameters;
  const settings = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.from(salt, "hex"), dklen, settings, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function macOf(derived: Buffer, ciphertext: Buffer): Buffer {
  const input = Buffer.concat([derived.subarray(16, 32), ciphertext]);
  return Buffer.from(nobleHasher.keccak256(input));
}
