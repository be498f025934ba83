import {
  type AwsKmsConfig,
  checkKeysConfig,
  type KeyPlace,
  type KeysConfig,
  type Pkcs11Config,
} from "./key-config.ts";
import type { KeyMaker, StorePlace } from "./key-maker.ts";
import { KEY_NAMES, type KeyName } from "./key-tier.ts";
import { readSecretFile } from "./secret-file.ts";
import { SignerError } from "./signer-error.ts";

/** Where a node's keys are to be made. */
export type KeysToCreate =
  | { readonly kind: "pkcs11"; readonly prefix: string; readonly pkcs11: Pkcs11Config }
  | { readonly kind: "aws-kms"; readonly prefix: string; readonly awsKms: AwsKmsConfig };

export interface CreateNodeKeysParts {
  /** The PIN of who may make keys; default: what `pinPath` holds. */
  readonly pin?: () => string;
  /** Goes on with keys that are there, of a call that was interrupted. Default: they are another node's, and refused. */
  readonly resumes?: boolean;
  /** Told of each key as soon as it is there. */
  readonly onKey?: (name: KeyName, place: string, isNew: boolean) => void;
}

/** Keys that are there now, as a signer's configuration names them. */
export interface CreatedKeys {
  readonly keys: KeysConfig;
  readonly made: readonly KeyName[];
  /** Were there before; whether they are what they should be, opening them says. */
  readonly found: readonly KeyName[];
}

/** The name of a key in its store. */
export function keyLabel(prefix: string, name: KeyName): string {
  return `${prefix}-${name === "tlsCa" ? "tls-ca" : name}`;
}

/**
 * Makes all of a node's keys where they shall stay. Those that are there are left, and nothing is made unless the
 * caller says that they are this node's.
 * Errors: E_CONFIG, E_KEY_….
 */
export async function createNodeKeys(
  wanted: KeysToCreate,
  parts: CreateNodeKeysParts = {},
): Promise<CreatedKeys> {
  checkKeysConfig(plannedKeys(wanted));
  const makers = await openMaker(wanted, parts);
  const made: KeyName[] = [];
  const found: KeyName[] = [];
  const places: Partial<Record<KeyName, KeyPlace>> = {};
  try {
    const there = await placesFound(makers, wanted.prefix);
    if (there.size > 0 && parts.resumes !== true) {
      throw new SignerError({ code: "E_KEY_EXISTS", places: [...there.values()].map(nameOf) });
    }
    for (const name of KEY_NAMES) {
      const known = there.get(name);
      const place = known ?? (await makers.make(name, keyLabel(wanted.prefix, name)));
      places[name] = place;
      (known === undefined ? made : found).push(name);
      parts.onKey?.(name, nameOf(place), known === undefined);
    }
  } finally {
    makers.close();
  }
  const all = places as Record<KeyName, KeyPlace>;
  const store = wanted.kind === "pkcs11" ? { pkcs11: wanted.pkcs11 } : { awsKms: wanted.awsKms };
  return { keys: { ...all, ...store }, made, found };
}

async function placesFound(
  makers: KeyMaker,
  prefix: string,
): Promise<ReadonlyMap<KeyName, StorePlace>> {
  const there = new Map<KeyName, StorePlace>();
  for (const name of KEY_NAMES) {
    const place = await makers.find(name, keyLabel(prefix, name));
    if (place !== null) there.set(name, place);
  }
  return there;
}

function nameOf(place: StorePlace): string {
  return place.kind === "aws-kms" ? place.keyId : place.label;
}

/** What the configuration will say, before anything is made: it is checked first. */
function plannedKeys(wanted: KeysToCreate): KeysConfig {
  const at = (name: KeyName): KeyPlace =>
    wanted.kind === "pkcs11"
      ? { kind: "pkcs11", label: keyLabel(wanted.prefix, name) }
      : { kind: "aws-kms", keyId: `alias/${keyLabel(wanted.prefix, name)}` };
  const [duty, action, tlsCa] = [at("duty"), at("action"), at("tlsCa")];
  const places = { duty, action, tlsCa, beacon: at("beacon"), sealing: at("sealing") };
  return wanted.kind === "pkcs11"
    ? { ...places, pkcs11: wanted.pkcs11 }
    : { ...places, awsKms: wanted.awsKms };
}

async function openMaker(wanted: KeysToCreate, parts: CreateNodeKeysParts): Promise<KeyMaker> {
  switch (wanted.kind) {
    case "pkcs11": {
      const { pinPath } = wanted.pkcs11;
      const pin = parts.pin?.() ?? readSecretFile(pinPath, "keys.pkcs11.pinPath");
      const { openTokenKeyMaker } = await import("./pkcs11/token-key-maker.ts");
      return openTokenKeyMaker(wanted.pkcs11, pin);
    }
    case "aws-kms": {
      const { openAwsKeyMaker } = await import("./aws-kms/aws-key-maker.ts");
      return openAwsKeyMaker(wanted.awsKms);
    }
  }
}
