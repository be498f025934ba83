import { isAbsolute } from "node:path";
import { KEY_NAMES, KEY_TIERS, type KeyName, type KeyTier } from "./key-tier.ts";
import { SignerError } from "./signer-error.ts";

/** Where one key is. */
export type KeyPlace =
  | { readonly kind: "keystore" }
  /** By its CKA_LABEL. */
  | { readonly kind: "pkcs11"; readonly label: string }
  /** Key id, ARN or alias. */
  | { readonly kind: "aws-kms"; readonly keyId: string };

/** A PKCS#11 token. */
export interface Pkcs11Config {
  /** Absolute path of the vendor's library. */
  readonly module: string;
  /** The token's own label (CKA token info), not a key's. */
  readonly tokenLabel: string;
  /** Where several tokens have one label. */
  readonly serial?: string;
  /** File with the PIN, for its owner alone. */
  readonly pinPath: string;
  /** Default `user`; Luna knows a `crypto-user`, who makes no keys. */
  readonly user?: "user" | "crypto-user";
  /** Variables that the library reads, such as YUBIHSM_PKCS11_CONF. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** AWS KMS. Credentials come the SDK's own way, never from here. */
export interface AwsKmsConfig {
  readonly region: string;
  /** Default: AWS's own. Keys behind any other are called software. */
  readonly endpoint?: string;
  /** For one request. Default 5 s. */
  readonly timeoutMs?: number;
}

/** Where a node's keys are; without it, all in the keystore. */
export interface KeysConfig extends Readonly<Record<KeyName, KeyPlace>> {
  /** The signer does not start with a key that is kept worse. */
  readonly minimumTier?: KeyTier;
  readonly pkcs11?: Pkcs11Config;
  readonly awsKms?: AwsKmsConfig;
}

export const KEYSTORE_KEYS: KeysConfig = {
  duty: { kind: "keystore" },
  action: { kind: "keystore" },
  tlsCa: { kind: "keystore" },
  beacon: { kind: "keystore" },
  sealing: { kind: "keystore" },
};

const ENVIRONMENT_NAME = /^[A-Z][A-Z0-9_]*$/;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Refuses what would fail later. Errors: E_CONFIG with the field. */
export function checkKeysConfig(keys: KeysConfig): void {
  const known: readonly string[] = [...KEY_NAMES, "minimumTier", "pkcs11", "awsKms"];
  for (const field of Object.keys(keys)) require(known.includes(field), `keys.${field}: unknown`);
  const taken = new Map<string, KeyName>();
  for (const name of KEY_NAMES) {
    const place = checkPlace(keys, name);
    if (place.kind === "keystore") continue;
    const id = JSON.stringify(place);
    require(!taken.has(id), `keys.${name}: the same key as ${taken.get(id)}`);
    taken.set(id, name);
  }
  require(keys.minimumTier === undefined ||
    KEY_TIERS.includes(keys.minimumTier), "keys.minimumTier");
  if (keys.pkcs11 !== undefined) checkPkcs11(keys.pkcs11);
  if (keys.awsKms !== undefined) checkAwsKms(keys.awsKms);
}

/** Stores that hold at least one key. */
export function storesOf(keys: KeysConfig): ReadonlySet<KeyPlace["kind"]> {
  return new Set(KEY_NAMES.map((name) => keys[name].kind));
}

function checkPlace(keys: KeysConfig, name: KeyName): KeyPlace {
  const place = keys[name];
  switch (place?.kind) {
    case "keystore":
      return place;
    case "pkcs11":
      require(isText(place.label), `keys.${name}.label`);
      require(keys.pkcs11 !== undefined, "keys.pkcs11");
      return place;
    case "aws-kms":
      require(isText(place.keyId), `keys.${name}.keyId`);
      require(keys.awsKms !== undefined, "keys.awsKms");
      return place;
    default:
      throw new SignerError({ code: "E_CONFIG", field: `keys.${name}` });
  }
}

function checkPkcs11(config: Pkcs11Config): void {
  const { module, tokenLabel, serial, pinPath, user, environment = {} } = config;
  require(isText(module) && isAbsolute(module), "keys.pkcs11.module");
  require(isText(tokenLabel), "keys.pkcs11.tokenLabel");
  require(serial === undefined || isText(serial), "keys.pkcs11.serial");
  require(!(
    "pin" in config
  ), "keys.pkcs11.pin: a PIN does not belong here, name its file in pinPath");
  require(isText(pinPath), "keys.pkcs11.pinPath");
  require([undefined, "user", "crypto-user"].includes(user), "keys.pkcs11.user");
  for (const [name, value] of Object.entries(environment)) {
    require(ENVIRONMENT_NAME.test(name) && isText(value), "keys.pkcs11.environment");
  }
}

function checkAwsKms({ region, endpoint, timeoutMs = 1 }: AwsKmsConfig): void {
  require(isText(region), "keys.awsKms.region");
  require(Number.isSafeInteger(timeoutMs) && timeoutMs > 0, "keys.awsKms.timeoutMs");
  if (endpoint === undefined) return;
  require(URL.canParse(endpoint), "keys.awsKms.endpoint");
  const { protocol, hostname } = new URL(endpoint);
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
  require(isSafe, "keys.awsKms.endpoint: plaintext");
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function require(holds: boolean, field: string): void {
  if (!holds) throw new SignerError({ code: "E_CONFIG", field });
}
