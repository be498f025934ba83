import { createHash } from "node:crypto";
import { loadCurve } from "./curve.ts";
import { accountKey, certificateKey } from "./finish-signature.ts";
import { KEYSTORE_KEYS, type KeyPlace, type KeysConfig, storesOf } from "./key-config.ts";
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
      if (kind !== "keystore") opened.set(kind, await openStore(kind, places));
      else keystore = await openKeystore(keystorePath, parts.passphrase());
    }
    const found = await findAll(places, opened, keystore);
    requireTier(places, found.standings);
    const isCheap = keystore?.isCheap ?? false;
    return { ...found, publicKeys: publicKeysOf(found.keys), isCheap, close };
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
  };
  return { keys, standings: standings as KeyStandings };
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
