import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  deriveChainTip,
  newKeystore,
  type OpenedKeystore,
  openKeystore,
  SCRYPT_COST,
  signCaBinding,
} from "@deed/node";
import type { Hex } from "@deed/protocol/encoding";
import type { Deployment } from "@deed/sdk";

/** What the registry needs of a node. */
export interface Registration {
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly caHash: Hex;
  readonly endpoint: string;
  /** The duty key's signature of TlsCaBinding. */
  readonly caBinding: Hex;
  /** Tip of the operator's first beacon chain. */
  readonly chainTip: Hex;
}

export interface NodeFolder {
  readonly directory: string;
  readonly signerDirectory: string;
  readonly passphraseFile: string;
}

/** A folder and, when its keystore was made just now, the keys. */
export interface PreparedNodeFolder extends NodeFolder {
  readonly made: OpenedKeystore | null;
}

/** Folder, keystore and passphrase of one node; made when they are missing. Cheap scrypt: a devnet. */
export async function prepareNodeFolder(directory: string): Promise<PreparedNodeFolder> {
  const signerDirectory = join(directory, "signer");
  mkdirSync(signerDirectory, { recursive: true, mode: 0o700 });
  const passphraseFile = join(directory, "passphrase");
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    chmodSync(passphraseFile, 0o600);
  }
  const path = keystorePath(signerDirectory);
  if (existsSync(path)) return { directory, signerDirectory, passphraseFile, made: null };
  const passphrase = readPassphrase(passphraseFile);
  const made = await newKeystore({ path, passphrase, cost: SCRYPT_COST.cheap });
  return { directory, signerDirectory, passphraseFile, made };
}

/** What of a registration needs no contract. */
export interface EarlyRegistration {
  readonly opened: OpenedKeystore;
  readonly chainTip: Hex;
}

/** Opens the keystore once, for what the operator's cold key sends to the registry. */
export async function beginRegistration(
  folder: PreparedNodeFolder,
  place: { readonly chainId: number; readonly operatorNo: number },
): Promise<EarlyRegistration> {
  const passphrase = readPassphrase(folder.passphraseFile);
  const path = keystorePath(folder.signerDirectory);
  const opened = folder.made ?? (await openKeystore(path, passphrase));
  return { opened, chainTip: await deriveChainTip(opened.keys, place) };
}

/** Signs the binding of the node's certificates to the registry. */
export async function endRegistration(
  { opened, chainTip }: EarlyRegistration,
  place: {
    readonly deployment: Deployment;
    readonly operatorNo: number;
    readonly endpoint: string;
  },
): Promise<Registration> {
  const { endpoint } = place;
  const caBinding = await signCaBinding(opened.keys, place);
  const { duty, action, caHash } = opened.publicKeys;
  return { dutyKey: duty, actionKey: action, caHash, endpoint, caBinding, chainTip };
}

function keystorePath(signerDirectory: string): string {
  return join(signerDirectory, "keystore.json");
}

function readPassphrase(path: string): string {
  return readFileSync(path, "utf8").trim();
}
