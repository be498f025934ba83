import { createHash } from "node:crypto";
import { loadCurve } from "./curve.ts";
import { accountKey, certificateKey } from "./finish-signature.ts";
import { KEYSTORE_KEYS, type KeyPlace, type KeysConfig, storesOf } from "./key-config.ts";
import type { KeyEvidence } from "./key-evidence.ts";
import type { KeyStore, StoredKey } from "./key-store.ts";
import {
  KEY_NAMES,
  type KeyName,
  type KeyStanding,
  type KeyStandings,
  tierNumber,
} from "./key-tier.ts";
import { type OpenedKeystore, openKeystore, type PublicKeys, publicKeysOf } from "./keystore.ts";
import type { NodeKeys } from "./node-keys.ts";
import { openStore } from "./open-store.ts";
import { SignerError } from "./signer-error.ts";

/** A node's keys, wherever each of them is. */
export interface OpenedKeys {
  readonly keys: NodeKeys;
  readonly publicKeys: PublicKeys;
  readonly standings: KeyStandings;
  /** The keystore's scrypt is below the strong setting. */
  readonly isCheap: boolean;
  /** What each store shows of its keys. Errors: E_KEY_…. */
  evidence(): Promise<Readonly<Record<KeyName, KeyEvidence>>>;
  close(): Promise<void>;
}

export interface OpenKeysOptions {
  readonly keystorePath: string;
  /** Default: all in the keystore. */
  readonly keys?: KeysConfig;
}

export interface OpenKeysParts {
  /** Asked only when a key is in the keystore. */
  readonly passphrase: () => string;
  /** Of a token; default: what `pinPath` holds. */
  readonly pin?: () => string;
}

/** Opens every store that holds a key, and finds the keys. Errors: E_KEYSTORE, E_KEY_…. */
export async function openKeys(
  { keystorePath, keys: places = KEYSTORE_KEYS }: OpenKeysOptions,
  parts: OpenKeysParts,
): Promise<OpenedKeys> {
  const opened = new Map<KeyPlace["kind"], KeyStore>();
  const close = async (): Promise<void> => {
    await Promise.all([...opened.values()].map((store) => store.close()));
  };
  try {
    let keystore: OpenedKeystore | null = null;
    for (const kind of storesOf(places)) {
      if (kind !== "keystore") opened.set(kind, await openStore(kind, places, parts));
      else keystore = await openKeystore(keystorePath, parts.passphrase());
    }
    const found = await findAll(places, opened, keystore);
    requireApart(found.keys);
    requireTier(places, found.standings);
    const isCheap = keystore?.isCheap ?? false;
    const evidence = (): Promise<Record<KeyName, KeyEvidence>> =>
      evidenceOf(places, opened, isCheap);
    return { ...found, publicKeys: publicKeysOf(found.keys), isCheap, evidence, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const IN_FILE: KeyStanding = {
  store: "keystore",
  tier: "softwareFile",
  because: ["it lies in a file"],
};

async function findAll(
  places: KeysConfig,
  stores: ReadonlyMap<KeyPlace["kind"], KeyStore>,
  keystore: OpenedKeystore | null,
): Promise<{ keys: NodeKeys; standings: KeyStandings }> {
  const curve = loadCurve();
  const standings: Partial<Record<KeyName, KeyStanding>> = {};
  const find = async <N extends KeyName>(
    name: N,
    look: (store: KeyStore, at: string) => Promise<StoredKey<NodeKeys[N]>>,
  ): Promise<NodeKeys[N]> => {
    const place = places[name];
    const store = stores.get(place.kind);
    if (place.kind === "keystore" || store === undefined) {
      if (keystore === null) throw new SignerError({ code: "E_KEYSTORE", reason: "unreadable" });
      standings[name] = IN_FILE;
      return keystore.keys[name];
    }
    const { key, standing } = await look(store, placeName(place));
    standings[name] = standing;
    return key;
  };
  const account = (name: "duty" | "action"): Promise<NodeKeys["duty"]> =>
    find(name, async (store, at) => {
      const { key, standing } = await store.digestSigner(name, at, "secp256k1");
      return { key: accountKey(name, key, curve), standing };
    });
  const keys: NodeKeys = {
    duty: await account("duty"),
    action: await account("action"),
    tlsCa: await find("tlsCa", async (store, at) => {
      const { key, standing } = await store.digestSigner("tlsCa", at, "P-256");
      return { key: certificateKey("tlsCa", key, sha256), standing };
    }),
    beacon: await find("beacon", (store, at) => store.macKey("beacon", at)),
    sealing: await find("sealing", (store, at) => store.agreementKey("sealing", at)),
  };
  return { keys, standings: standings as KeyStandings };
}

async function evidenceOf(
  places: KeysConfig,
  stores: ReadonlyMap<KeyPlace["kind"], KeyStore>,
  isCheap: boolean,
): Promise<Record<KeyName, KeyEvidence>> {
  const found: Partial<Record<KeyName, KeyEvidence>> = {};
  for (const name of KEY_NAMES) {
    const place = places[name];
    const store = stores.get(place.kind);
    const isInFile = place.kind === "keystore" || store === undefined;
    found[name] = isInFile
      ? { scrypt: isCheap ? "cheap" : "strong" }
      : await store.evidence(name, placeName(place));
  }
  return found as Record<KeyName, KeyEvidence>;
}

// Two labels, aliases or ids can lead to one key; the ledger must be able to tell its purposes apart.
function requireApart(keys: NodeKeys): void {
  const spki = Buffer.from(keys.tlsCa.publicKeySpki).toString("hex");
  const sealing = Buffer.from(keys.sealing.publicKey).toString("hex");
  const same = (key: KeyName, as: KeyName): SignerError =>
    new SignerError({ code: "E_KEY_WRONG", key, reason: `the same key as ${as}` });
  if (keys.action.address === keys.duty.address) throw same("action", "duty");
  if (spki.endsWith(sealing)) throw same("sealing", "tlsCa");
}

// Before anything is signed: an operator who asked for protection gets it, or no signer.
function requireTier({ minimumTier: minimum }: KeysConfig, standings: KeyStandings): void {
  if (minimum === undefined) return;
  for (const key of KEY_NAMES) {
    const { tier, because } = standings[key];
    if (tierNumber(tier) >= tierNumber(minimum)) continue;
    throw new SignerError({ code: "E_KEY_TIER", key, tier, minimum, because });
  }
}

function placeName(place: Exclude<KeyPlace, { kind: "keystore" }>): string {
  return place.kind === "pkcs11" ? place.label : place.keyId;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
