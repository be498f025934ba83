import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  deriveChainTip,
  newKeystore,
  type OpenedKeys,
  type OpenedKeystore,
  openKeystore,
  openNodeKeys,
  SCRYPT_COST,
  signCaBinding,
  signSealingBinding,
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
  /** The key to which users seal, x ‖ y, and the duty key's signature of SealingKeyBinding; null: none. */
  readonly seal: { readonly key: Hex; readonly binding: Hex } | null;
  /** Tip of the operator's first beacon chain. */
  readonly chainTip: Hex;
}

export interface NodeFolder {
  readonly directory: string;
  readonly signerDirectory: string;
  readonly passphraseFile: string;
  /** Says where the keys are, for a node whose keys are not in its keystore. */
  readonly keysFile: string | null;
}

/** A folder and, when its keystore was made just now, the keys. */
export interface PreparedNodeFolder extends NodeFolder {
  readonly made: OpenedKeystore | null;
}

/**
 * Folder, keystore and passphrase of one node; made when they are missing. Cheap scrypt: a devnet.
 * @param keysFile Where the keys of a new node are instead; the folder keeps a copy.
 */
export async function prepareNodeFolder(
  directory: string,
  keysFile?: string,
): Promise<PreparedNodeFolder> {
  const signerDirectory = join(directory, "signer");
  mkdirSync(signerDirectory, { recursive: true, mode: 0o700 });
  const passphraseFile = join(directory, "passphrase");
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    chmodSync(passphraseFile, 0o600);
  }
  const places = join(directory, "keys.json");
  if (keysFile !== undefined && !existsSync(places)) copyFileSync(keysFile, places);
  const folder = { directory, signerDirectory, passphraseFile };
  if (existsSync(places)) return { ...folder, keysFile: places, made: null };
  const path = keystorePath(signerDirectory);
  if (existsSync(path)) return { ...folder, keysFile: null, made: null };
  const passphrase = readPassphrase(passphraseFile);
  const made = await newKeystore({ path, passphrase, cost: SCRYPT_COST.cheap });
  return { ...folder, keysFile: null, made };
}

/** What of a registration needs no contract. */
export interface EarlyRegistration {
  readonly opened: Pick<OpenedKeys, "keys" | "publicKeys">;
  readonly chainTip: Hex;
  /** Lets go of a token. */
  close?(): Promise<void>;
}

/** Opens the keystore once, for what the operator's cold key sends to the registry. */
export async function beginRegistration(
  folder: PreparedNodeFolder,
  place: { readonly chainId: number; readonly operatorNo: number },
): Promise<EarlyRegistration> {
  const passphrase = readPassphrase(folder.passphraseFile);
  const path = keystorePath(folder.signerDirectory);
  if (folder.keysFile !== null) return beginElsewhere(folder.keysFile, place);
  const opened = folder.made ?? (await openKeystore(path, passphrase));
  return { opened, chainTip: await deriveChainTip(opened.keys, place) };
}

/** Keys of a token or a cloud: opened for as long as it takes, and again to sign the binding. */
async function beginElsewhere(
  keysFile: string,
  place: { readonly chainId: number; readonly operatorNo: number },
): Promise<EarlyRegistration> {
  const opened = await openNodeKeys(keysFile);
  return {
    opened,
    chainTip: await deriveChainTip(opened.keys, place),
    close: () => opened.close(),
  };
}

/** Signs the bindings of the node's certificates and sealing key to the registry. */
export async function endRegistration(
  { opened, chainTip, close }: EarlyRegistration,
  place: {
    readonly deployment: Deployment;
    readonly operatorNo: number;
    readonly endpoint: string;
  },
): Promise<Registration> {
  const { endpoint } = place;
  const [caBinding, binding] = await Promise.all([
    signCaBinding(opened.keys, place),
    signSealingBinding(opened.keys, place),
  ]);
  await close?.();
  const { duty, action, caHash, sealing: key } = opened.publicKeys;
  const keys = { dutyKey: duty, actionKey: action, caHash, seal: { key, binding } };
  return { ...keys, endpoint, caBinding, chainTip };
}

function keystorePath(signerDirectory: string): string {
  return join(signerDirectory, "keystore.json");
}

function readPassphrase(path: string): string {
  return readFileSync(path, "utf8").trim();
}
