import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { type Hex, hexToBytes, keccak256 } from "@deed/protocol/encoding";
import { type Curve, loadCurve } from "./curve.ts";
import { caHashOf, type NodeSecrets, sealingPoint, softwareKeys } from "./keys.ts";
import type { NodeKeys } from "./node-keys.ts";
import { type KeystoreProblem, SignerError } from "./signer-error.ts";

/** Cost of guessing a passphrase: scrypt's N. `cheap` is for the embedded network alone. */
export const SCRYPT_COST: { readonly strong: number; readonly cheap: number } = {
  strong: 2 ** 17,
  cheap: 2 ** 14,
};

const MOST_COSTLY = 2 ** 20;
const BLOCK_SIZE = 8;
const SECRET_BYTES = 32;

export interface KeystoreOptions {
  readonly path: string;
  readonly passphrase: string;
  /** Default: strong. */
  readonly cost?: number;
}

/** What may be known of a keystore's keys. */
export interface PublicKeys {
  readonly duty: Hex;
  readonly action: Hex;
  /** SHA-256 of the TLS CA key's SubjectPublicKeyInfo. */
  readonly caHash: Hex;
  /** x ‖ y of the sealing key, 64 bytes. */
  readonly sealing: Hex;
}

/** An opened keystore. */
export interface OpenedKeystore {
  readonly keys: NodeKeys;
  readonly publicKeys: PublicKeys;
  /** Its scrypt is below the strong setting. */
  readonly isCheap: boolean;
}

/** Web3 secret storage, version 3, over the five secrets one after the other. */
interface KeystoreFile {
  readonly deedKeystore: 2;
  readonly version: 3;
  readonly id: string;
  readonly publicKeys: PublicKeys;
  readonly crypto: {
    readonly cipher: "aes-128-ctr";
    readonly cipherparams: { readonly iv: string };
    readonly ciphertext: string;
    readonly kdf: "scrypt";
    readonly kdfparams: {
      readonly n: number;
      readonly r: number;
      readonly p: number;
      readonly dklen: number;
      readonly salt: string;
    };
    readonly mac: string;
  };
}

/** Makes five new keys and writes them, encrypted, to a new file that only its owner can read. */
export async function createKeystore(options: KeystoreOptions): Promise<PublicKeys> {
  return (await newKeystore(options)).publicKeys;
}

/** The same, for who goes on to use the keys: opening them again costs as much as making them. */
export async function newKeystore(options: KeystoreOptions): Promise<OpenedKeystore> {
  const curve = loadCurve();
  const secrets = newSecrets(curve);
  const keys = softwareKeys(secrets, curve);
  const publicKeys = publicKeysOf(keys);
  const cost = options.cost ?? SCRYPT_COST.strong;
  const file: KeystoreFile = {
    deedKeystore: 2,
    version: 3,
    id: randomUUID(),
    publicKeys,
    crypto: await encrypt(joined(secrets), options.passphrase, cost),
  };
  await writeNew(options.path, `${JSON.stringify(file, null, 2)}\n`);
  return { keys, publicKeys, isCheap: cost < SCRYPT_COST.strong };
}

/** Decrypts a keystore. Errors: E_KEYSTORE. */
export async function openKeystore(path: string, passphrase: string): Promise<OpenedKeystore> {
  const file = parse(await readText(path));
  const plain = await decrypt(file.crypto, passphrase);
  const keys = softwareKeys(split(plain), loadCurve());
  const publicKeys = publicKeysOf(keys);
  const isOther = (Object.keys(publicKeys) as (keyof PublicKeys)[]).some(
    (name) => publicKeys[name] !== file.publicKeys[name],
  );
  if (isOther) throw problem("malformed");
  return { keys, publicKeys, isCheap: file.crypto.kdfparams.n < SCRYPT_COST.strong };
}

export function publicKeysOf(keys: NodeKeys): PublicKeys {
  const { duty, action } = keys;
  return {
    duty: duty.address,
    action: action.address,
    caHash: caHashOf(keys),
    sealing: sealingPoint(keys),
  };
}

function newSecrets(curve: Curve): NodeSecrets {
  const usable = (): Uint8Array => {
    for (;;) {
      const secret = new Uint8Array(randomBytes(SECRET_BYTES));
      // Fails for one in 2^32 on P-256, far rarer on secp256k1; good for both or taken again.
      if (curve.isPrivateKey(secret) && secret[0] !== 0xff) return secret;
    }
  };
  return {
    duty: usable(),
    action: usable(),
    tlsCa: usable(),
    beacon: new Uint8Array(randomBytes(SECRET_BYTES)),
    sealing: usable(),
  };
}

function joined(secrets: NodeSecrets): Uint8Array {
  const { duty, action, tlsCa, beacon, sealing } = secrets;
  return Buffer.concat([duty, action, tlsCa, beacon, sealing]);
}

function split(plain: Uint8Array): NodeSecrets {
  if (plain.length !== 5 * SECRET_BYTES) throw problem("malformed");
  const part = (index: number): Uint8Array =>
    Uint8Array.from(plain.subarray(index * SECRET_BYTES, (index + 1) * SECRET_BYTES));
  return { duty: part(0), action: part(1), tlsCa: part(2), beacon: part(3), sealing: part(4) };
}

async function encrypt(
  plain: Uint8Array,
  passphrase: string,
  cost: number,
): Promise<KeystoreFile["crypto"]> {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const kdfparams = { n: cost, r: BLOCK_SIZE, p: 1, dklen: 32, salt: salt.toString("hex") };
  const derived = await derive(passphrase, kdfparams);
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    cipher: "aes-128-ctr",
    cipherparams: { iv: iv.toString("hex") },
    ciphertext: ciphertext.toString("hex"),
    kdf: "scrypt",
    kdfparams,
    mac: macOf(derived, ciphertext),
  };
}

async function decrypt(crypto: KeystoreFile["crypto"], passphrase: string): Promise<Uint8Array> {
  const derived = await derive(passphrase, crypto.kdfparams);
  const ciphertext = Buffer.from(crypto.ciphertext, "hex");
  const expected = Buffer.from(crypto.mac, "hex");
  const actual = Buffer.from(macOf(derived, ciphertext), "hex");
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw problem("wrong passphrase");
  }
  const iv = Buffer.from(crypto.cipherparams.iv, "hex");
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

function macOf(derived: Buffer, ciphertext: Buffer): string {
  return keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2);
}

function derive(
  passphrase: string,
  parameters: KeystoreFile["crypto"]["kdfparams"],
): Promise<Buffer> {
  const { n, r, p, dklen, salt } = parameters;
  const settings = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(
      passphrase.normalize("NFKC"),
      hexToBytes(`0x${salt}`),
      dklen,
      settings,
      (error, derived) => (error === null ? resolve(derived) : reject(problem("malformed"))),
    );
  });
}

function parse(text: string): KeystoreFile {
  let file: KeystoreFile;
  try {
    file = JSON.parse(text) as KeystoreFile;
  } catch (error) {
    throw new SignerError({ code: "E_KEYSTORE", reason: "malformed" }, { cause: error });
  }
  // Of before there was a sealing key: nothing that serves a network has one.
  if ((file?.deedKeystore as number) === 1) throw problem("of an older version");
  const crypto = file?.crypto;
  const known =
    file?.deedKeystore === 2 &&
    file.version === 3 &&
    crypto?.kdf === "scrypt" &&
    crypto.cipher === "aes-128-ctr" &&
    crypto.kdfparams?.dklen === 32 &&
    crypto.kdfparams.r === BLOCK_SIZE &&
    crypto.kdfparams.p === 1 &&
    crypto.kdfparams.n <= MOST_COSTLY &&
    [crypto.ciphertext, crypto.mac, crypto.kdfparams.salt, crypto.cipherparams?.iv].every(
      (value) => typeof value === "string" && /^([0-9a-f]{2})+$/.test(value),
    );
  if (!known || typeof file.publicKeys !== "object") throw problem("malformed");
  return file;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SignerError({ code: "E_KEYSTORE", reason: "unreadable" }, { cause: error });
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new SignerError(
      { code: "E_KEYSTORE", reason: exists ? "exists" : "unreadable" },
      { cause: error },
    );
  }
}

function problem(reason: KeystoreProblem): SignerError {
  return new SignerError({ code: "E_KEYSTORE", reason });
}
