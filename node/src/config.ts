import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Deployment, DeploymentError, parseDeployment, parseJson } from "@deed/sdk";
import type { HttpLimits } from "./broker/http-limits.ts";
import type { RateOptions } from "./broker/rate-limit.ts";
import { httpLimitsOf, nameServersOf, originRateOf } from "./config-broker.ts";
import { ConfigError } from "./config-error.ts";
import { ConfigFields, wrongType } from "./config-fields.ts";
import { keysOf, needsPassphrase, readKeysFile } from "./config-keys.ts";
import {
  type DoorConfig,
  doorOf,
  type PeersConfig,
  peersOf,
  pemOf,
  type RemoteSignerPlace,
  type RpcConfig,
  remoteSignerOf,
  requireVerification,
  rpcOf,
} from "./config-links.ts";
import { type SandboxConfig, sandboxOf } from "./config-sandbox.ts";
import type { SystemUser } from "./signer/give-up-root.ts";
import type { KeysConfig } from "./signer/key-config.ts";
import type { LogLevel } from "./telemetry/logger.ts";

export type NodeRole = "executor" | "verifier";

/** Where the signer is: a child of this process, or one that somebody else runs. */
export type SignerPlace =
  | {
      readonly kind: "spawn";
      /** Folder with keystore, audit log, token and socket. */
      readonly directory: string;
      /** File with the keystore's passphrase; null where no key is in a keystore. */
      readonly passphraseFile: string | null;
      /** Where each key is; null: all in the keystore. */
      readonly keys: KeysConfig | null;
      /** Set 2, 3, … of the keys; without any, the keystores of these numbers beside the first. */
      readonly moreKeys: readonly KeysConfig[];
      /** Who it runs as, where this process is root's; null: as this process. */
      readonly user: SystemUser | null;
      readonly beaconChainNo: number;
      /** Nonce of the action key's first transaction. */
      readonly firstNonce: number;
    }
  | { readonly kind: "socket"; readonly socketPath: string; readonly tokenPath: string }
  | RemoteSignerPlace;

export type FeeConfig =
  | { readonly kind: "free" }
  | {
      readonly kind: "market";
      readonly maxFeePerGasWei: bigint;
      /** Most that a day's transactions may cost, counted as gas limit at highest fee; a quarter of it within an hour. */
      readonly maxPerDayWei: bigint;
    };

/** How much of the machine the node takes. */
export interface CapacityConfig {
  /** Executions claimed and not recorded yet; above it the node leaves the rest to others. */
  readonly openExecutions: number;
  /** Sandboxes at one time. */
  readonly runs: number;
  /** Claim transactions on their way. */
  readonly claimsInFlight: number;
}

/** Where a connection is made to. */
export interface TargetPlace {
  readonly host: string;
  readonly port: number;
}

export interface NodeConfig extends RpcConfig {
  readonly nodeNo: number;
  readonly roles: readonly NodeRole[];
  /** Store, logs and sockets. */
  readonly dataDirectory: string;
  readonly deployment: Deployment;
  readonly pollMs: number;
  readonly signer: SignerPlace;
  /** What the action key may pay for gas; `free` where the base fee is zero. */
  readonly fees: FeeConfig;
  readonly peers: PeersConfig;
  /** Null: no API. */
  readonly api: DoorConfig | null;
  /** Null: metrics are part of the API where that is on loopback, and nowhere else. */
  readonly metrics: DoorConfig | null;
  readonly sandbox: SandboxConfig;
  /** Origins that workflows may reach although their addresses are not public. */
  readonly privateOrigins: readonly string[];
  /** Where the origins of workflows lead, instead of to what their names say. */
  readonly targets: ReadonlyMap<string, TargetPlace>;
  /** PEM of authorities that vouch for `privateOrigins` and `targets` besides the usual ones, or null. */
  readonly targetCa: string | null;
  /** Name servers for names of workflows; none: the system's own way. */
  readonly nameServers: readonly string[];
  /** What one origin gets of this node, over all intents. */
  readonly originRate: RateOptions;
  readonly http: HttpLimits;
  readonly capacity: CapacityConfig;
  /** When the ledger gets a checkpoint of the signer's log. */
  readonly audit: {
    readonly everyEntries: number;
    readonly everyMs: number;
    /** How often other nodes see one, at most. */
    readonly witnessMs: number;
  };
  readonly log: { readonly level: LogLevel; readonly file: string | null };
  /** By how much the ledger's clock, and so every deadline's, is ahead of the system's. TLS stays with the system's. */
  readonly clockShiftSec: number;
  /** The process ends when its standard input does. */
  readonly exitWithParent: boolean;
  /** On the devnet alone: this executor lies, or keeps a rule no more. */
  readonly tamper: Tamper | null;
}

/**
 * `branch` flips a condition and `withhold` gives out no bundle, for demonstrations. Two are for tests of what watches over nodes: `resume` sends
 * at-most-once requests again after a restart, `lease` acts when its lease is over. `named` tells of workflows with
 * certain names a lie that contracts judge (`tamper.ts`).
 */
export type Tamper = (typeof TAMPERS)[number];

const TAMPERS = ["branch", "withhold", "resume", "lease", "named"] as const;

/** Environment variables that name files with secrets. */
export const PASSPHRASE_VARIABLE = "DEED_PASSPHRASE_FILE";

const DEVNET_CHAIN_ID = 31337;
/** A hundred years. */
const LONGEST_SHIFT_SEC = 3_155_760_000;
const EVERY_ENTRIES = 1_000;
const EVERY_MINUTES = 60;
const WITNESS_SECONDS = 60;
const DEFAULT_MAX_FEE_PER_GAS_WEI = "100000000000";
const DEFAULT_MAX_PER_DAY_WEI = "1000000000000000000";

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks a configuration file; its relative paths count from its folder. */
export function readConfig(path: string, environment: Environment): NodeConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError({ code: "CONFIG_UNREADABLE", path, reason: reasonOf(cause) }, { cause });
  }
  return readConfigText(text, { path, folder: dirname(resolve(path)) }, environment);
}

/** The same for a configuration that came some other way. @param place For messages, and where relative paths begin. */
export function readConfigText(
  text: string,
  { path, folder }: { readonly path: string; readonly folder: string },
  environment: Environment,
): NodeConfig {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new ConfigError({ code: "CONFIG_NOT_JSON", path, reason: reasonOf(cause) }, { cause });
  }
  return parseConfig(json, folder, environment);
}

/** @param folder Where relative paths begin. */
export function parseConfig(json: unknown, folder: string, environment: Environment): NodeConfig {
  const fields = new ConfigFields(json, "");
  const at = (path: string): string => resolve(folder, path);
  const deployment = deploymentOf(fields, at);
  requireVerification(environment);
  const config: NodeConfig = {
    nodeNo: fields.count("nodeNo", 1),
    roles: rolesOf(fields),
    dataDirectory: at(fields.text("dataDirectory", "a folder")),
    deployment,
    ...rpcOf(fields, at),
    pollMs: fields.count("pollMs", 10, 500),
    signer: signerOf(fields, at, environment),
    fees: feesOf(fields, deployment.chainId),
    peers: peersOf(fields),
    api: doorOf(fields, "api", at),
    metrics: doorOf(fields, "metrics", at),
    sandbox: sandboxOf(fields, environment["PATH"] ?? ""),
    privateOrigins: originsOf(fields),
    targets: targetsOf(fields),
    targetCa: targetCaOf(fields, at),
    nameServers: nameServersOf(fields),
    originRate: originRateOf(fields),
    http: httpLimitsOf(fields),
    capacity: capacityOf(fields),
    audit: auditOf(fields),
    log: logOf(fields, at),
    clockShiftSec: fields.count("clockShiftSec", -LONGEST_SHIFT_SEC, 0),
    exitWithParent: fields.flag("exitWithParent", false),
    tamper: tamperOf(fields, deployment.chainId),
  };
  fields.end();
  return config;
}

function deploymentOf(fields: ConfigFields, at: (path: string) => string): Deployment {
  const expected = "a deployment, or the path of its file";
  const given = fields.raw("deployment", expected);
  try {
    if (typeof given !== "string") return parseDeployment(given);
    return parseDeployment(parseJson(readFileSync(at(given), "utf8")));
  } catch (cause) {
    if (cause instanceof DeploymentError) {
      throw new ConfigError(
        { code: "CONFIG_WRONG_TYPE", field: `deployment.${cause.message}`, expected },
        { cause },
      );
    }
    const path = String(given);
    throw new ConfigError({ code: "CONFIG_UNREADABLE", path, reason: reasonOf(cause) }, { cause });
  }
}

function rolesOf(fields: ConfigFields): readonly NodeRole[] {
  const expected = "a list of executor, verifier";
  const names = fields.has("roles") ? fields.texts("roles", expected) : ["executor", "verifier"];
  const known = (name: string): name is NodeRole => name === "executor" || name === "verifier";
  if (names.length === 0 || !names.every(known)) throw wrongType("roles", expected);
  return names;
}

function signerOf(
  fields: ConfigFields,
  at: (path: string) => string,
  environment: Environment,
): SignerPlace {
  const found = fields.section("signer", (section): SignerPlace => {
    if (section.has("host")) return remoteSignerOf(section, at);
    if (!section.has("socket")) return spawnedSigner(section, at, environment);
    return {
      kind: "socket",
      socketPath: at(section.text("socket", "a path")),
      tokenPath: at(section.text("tokenFile", "the path of the signer's token")),
    };
  });
  if (found !== null) return found;
  const expected =
    'a section with "directory", or with "socket" and "tokenFile", or for another machine with "host"';
  throw new ConfigError({ code: "CONFIG_MISSING", field: "signer", expected });
}

function spawnedSigner(
  section: ConfigFields,
  at: (path: string) => string,
  environment: Environment,
): SignerPlace {
  const variable = PASSPHRASE_VARIABLE;
  if (section.has("passphrase")) {
    throw new ConfigError({ code: "CONFIG_SECRET_INLINE", field: "signer.passphrase", variable });
  }
  const keys = keysOf(section, at);
  const passphraseFile = section.has("passphraseFile")
    ? at(section.text("passphraseFile", "a path"))
    : (environment[variable] ?? null);
  if (passphraseFile === null && needsPassphrase(keys)) {
    const field = "signer.passphraseFile";
    throw new ConfigError({ code: "CONFIG_SECRET_MISSING", field, variable });
  }
  return {
    kind: "spawn",
    directory: at(section.text("directory", "a folder")),
    passphraseFile,
    keys,
    moreKeys: moreKeysOf(section, at),
    user: userOf(section),
    beaconChainNo: section.count("beaconChainNo", 0, 1),
    firstNonce: section.count("firstNonce", 0, 0),
  };
}

function moreKeysOf(section: ConfigFields, at: (path: string) => string): readonly KeysConfig[] {
  const paths = section.texts("moreKeysFiles", "paths of files that say where further keys are");
  return paths.map((path) => readKeysFile(at(path)));
}

function userOf(section: ConfigFields): SystemUser | null {
  if (!section.has("uid")) return null;
  const uid = section.count("uid", 1);
  return { uid, gid: section.count("gid", 1, uid) };
}

function feesOf(fields: ConfigFields, chainId: number): FeeConfig {
  const found = fields.section("fees", (section): FeeConfig => {
    if (section.choice("kind", ["free", "market"], "market") === "free") return { kind: "free" };
    const cap = section.text("maxFeePerGasWei", "a decimal number", DEFAULT_MAX_FEE_PER_GAS_WEI);
    if (!/^[0-9]{1,24}$/.test(cap)) throw wrongType("fees.maxFeePerGasWei", "a decimal number");
    const perDay = section.text("maxPerDayWei", "a decimal number", DEFAULT_MAX_PER_DAY_WEI);
    if (!/^[0-9]{1,30}$/.test(perDay)) throw wrongType("fees.maxPerDayWei", "a decimal number");
    return { kind: "market", maxFeePerGasWei: BigInt(cap), maxPerDayWei: BigInt(perDay) };
  });
  if (found !== null) return found;
  if (chainId === DEVNET_CHAIN_ID) return { kind: "free" };
  const maxFeePerGasWei = BigInt(DEFAULT_MAX_FEE_PER_GAS_WEI);
  return { kind: "market", maxFeePerGasWei, maxPerDayWei: BigInt(DEFAULT_MAX_PER_DAY_WEI) };
}

function originsOf(fields: ConfigFields): readonly string[] {
  const origins = fields.texts("privateOrigins", "a list of origins");
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw wrongType("privateOrigins", "origins such as http://127.0.0.1:8080");
    }
  }
  return origins;
}

function targetsOf(fields: ConfigFields): ReadonlyMap<string, TargetPlace> {
  const targets = new Map<string, TargetPlace>();
  for (const [origin, place] of fields.entries("targets")) {
    const field = `targets.${origin}`;
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw wrongType(field, "host and port under an origin such as https://api.example.com");
    }
    const match = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$/.exec(String(place));
    const [, host = "", port = ""] = match ?? [];
    if (match === null || Number(port) < 1 || Number(port) > 65_535) {
      throw wrongType(field, "host and port such as 127.0.0.1:8443");
    }
    targets.set(origin, { host: host.replace(/^\[|\]$/g, ""), port: Number(port) });
  }
  return targets;
}

function targetCaOf(fields: ConfigFields, at: (path: string) => string): string | null {
  if (!fields.has("targetCaFile")) return null;
  return pemOf(at(fields.text("targetCaFile", "the path of a PEM file")));
}

const DEFAULT_CAPACITY: CapacityConfig = { openExecutions: 1024, runs: 8, claimsInFlight: 4 };

function auditOf(fields: ConfigFields): NodeConfig["audit"] {
  const found = fields.section("audit", (section) => ({
    everyEntries: section.count("everyEntries", 10, EVERY_ENTRIES),
    everyMs: section.count("everyMinutes", 1, EVERY_MINUTES) * 60_000,
    witnessMs: section.count("witnessSeconds", 1, WITNESS_SECONDS) * 1_000,
  }));
  const everyMs = EVERY_MINUTES * 60_000;
  return found ?? { everyEntries: EVERY_ENTRIES, everyMs, witnessMs: WITNESS_SECONDS * 1_000 };
}

function capacityOf(fields: ConfigFields): CapacityConfig {
  const found = fields.section("capacity", (section) => ({
    openExecutions: section.count("openExecutions", 1, DEFAULT_CAPACITY.openExecutions),
    runs: section.count("runs", 1, DEFAULT_CAPACITY.runs),
    claimsInFlight: section.count("claimsInFlight", 1, DEFAULT_CAPACITY.claimsInFlight),
  }));
  return found ?? DEFAULT_CAPACITY;
}

function logOf(fields: ConfigFields, at: (path: string) => string): NodeConfig["log"] {
  const found = fields.section("log", (section) => ({
    level: section.choice("level", ["debug", "info", "warn", "error"], "info"),
    file: section.has("file") ? at(section.text("file", "a path")) : null,
  }));
  return found ?? { level: "info", file: null };
}

function tamperOf(fields: ConfigFields, chainId: number): NodeConfig["tamper"] {
  const isAllowed = fields.flag("allowTamper", false);
  if (!fields.has("tamper")) return null;
  const tamper = fields.choice("tamper", TAMPERS, "branch");
  if (chainId !== DEVNET_CHAIN_ID || !isAllowed) {
    throw new ConfigError({ code: "CONFIG_TAMPER_REFUSED", chainId });
  }
  return tamper;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
