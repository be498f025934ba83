import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Deployment, DeploymentError, parseDeployment } from "@deed/sdk";
import type { HttpLimits } from "./broker/http-limits.ts";
import type { RateOptions } from "./broker/rate-limit.ts";
import { httpLimitsOf, nameServersOf, originRateOf } from "./config-broker.ts";
import { ConfigError } from "./config-error.ts";
import { ConfigFields, wrongType } from "./config-fields.ts";
import { type SandboxConfig, sandboxOf } from "./config-sandbox.ts";
import type { LogLevel } from "./telemetry/logger.ts";

export type NodeRole = "executor" | "verifier";

/** Where the signer is: a child of this process, or one that somebody else runs. */
export type SignerPlace =
  | {
      readonly kind: "spawn";
      /** Folder with keystore, audit log, token and socket. */
      readonly directory: string;
      /** File with the keystore's passphrase. */
      readonly passphraseFile: string;
      readonly beaconChainNo: number;
      /** Nonce of the action key's first transaction. */
      readonly firstNonce: number;
    }
  | { readonly kind: "socket"; readonly socketPath: string; readonly tokenPath: string };

export interface ListenConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export type FeeConfig =
  | { readonly kind: "free" }
  | { readonly kind: "market"; readonly maxFeePerGasWei: bigint };

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

export interface NodeConfig {
  readonly nodeNo: number;
  readonly roles: readonly NodeRole[];
  /** Store, logs and sockets. */
  readonly dataDirectory: string;
  readonly deployment: Deployment;
  readonly rpcUrl: string;
  /** Pushes new heads; null to look every `pollMs` alone. */
  readonly wsUrl: string | null;
  readonly pollMs: number;
  /** Endpoints of other chains that triggers watch, by chain id. */
  readonly chains: ReadonlyMap<number, string>;
  readonly signer: SignerPlace;
  /** What the action key may pay for gas; `free` where the base fee is zero. */
  readonly fees: FeeConfig;
  readonly peers: ListenConfig;
  /** Null: no API. */
  readonly api: ListenConfig | null;
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
const DEFAULT_MAX_FEE_PER_GAS_WEI = "100000000000";

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
    json = JSON.parse(text);
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
  const allowInsecure = fields.flag("allowInsecureRpc", false);
  const config: NodeConfig = {
    nodeNo: fields.count("nodeNo", 1),
    roles: rolesOf(fields),
    dataDirectory: at(fields.text("dataDirectory", "a folder")),
    deployment,
    rpcUrl: rpcUrl(fields.text("rpcUrl", "an RPC address"), "rpcUrl", allowInsecure),
    wsUrl: wsUrlOf(fields, allowInsecure),
    pollMs: fields.count("pollMs", 10, 500),
    chains: chainsOf(fields, allowInsecure),
    signer: signerOf(fields, at, environment),
    fees: feesOf(fields, deployment.chainId),
    peers: listenOf(fields, "peers") ?? { host: "127.0.0.1", port: 0 },
    api: listenOf(fields, "api"),
    sandbox: sandboxOf(fields, environment["PATH"] ?? ""),
    privateOrigins: originsOf(fields),
    targets: targetsOf(fields),
    targetCa: targetCaOf(fields, at),
    nameServers: nameServersOf(fields),
    originRate: originRateOf(fields),
    http: httpLimitsOf(fields),
    capacity: capacityOf(fields),
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
    return parseDeployment(JSON.parse(readFileSync(at(given), "utf8")));
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

function chainsOf(fields: ConfigFields, allowInsecure: boolean): ReadonlyMap<number, string> {
  const chains = new Map<number, string>();
  for (const [chainId, url] of fields.entries("chains")) {
    const field = `chains.${chainId}`;
    if (!/^[1-9][0-9]*$/.test(chainId)) throw wrongType(field, "an RPC address under a chain id");
    if (typeof url !== "string") throw wrongType(field, "an RPC address");
    chains.set(Number(chainId), rpcUrl(url, field, allowInsecure));
  }
  return chains;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function rpcUrl(url: string, field: string, allowInsecure: boolean, scheme = "http"): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || ![`${scheme}:`, `${scheme}s:`].includes(parsed.protocol)) {
    throw wrongType(field, `an address with ${scheme} or ${scheme}s`);
  }
  const isSafe =
    parsed.protocol === `${scheme}s:` || LOOPBACK.test(parsed.hostname) || allowInsecure;
  if (!isSafe) throw new ConfigError({ code: "CONFIG_INSECURE_URL", field });
  return url;
}

function wsUrlOf(fields: ConfigFields, allowInsecure: boolean): string | null {
  if (!fields.has("wsUrl")) return null;
  return rpcUrl(fields.text("wsUrl", "a WebSocket address"), "wsUrl", allowInsecure, "ws");
}

function signerOf(
  fields: ConfigFields,
  at: (path: string) => string,
  environment: Environment,
): SignerPlace {
  const found = fields.section("signer", (section) =>
    section.has("socket")
      ? {
          kind: "socket" as const,
          socketPath: at(section.text("socket", "a path")),
          tokenPath: at(section.text("tokenFile", "the path of the signer's token")),
        }
      : spawnedSigner(section, at, environment),
  );
  if (found !== null) return found;
  const expected = 'a section with "directory", or with "socket" and "tokenFile"';
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
  const passphraseFile = section.has("passphraseFile")
    ? at(section.text("passphraseFile", "a path"))
    : environment[variable];
  if (passphraseFile === undefined) {
    const field = "signer.passphraseFile";
    throw new ConfigError({ code: "CONFIG_SECRET_MISSING", field, variable });
  }
  return {
    kind: "spawn",
    directory: at(section.text("directory", "a folder")),
    passphraseFile,
    beaconChainNo: section.count("beaconChainNo", 0, 1),
    firstNonce: section.count("firstNonce", 0, 0),
  };
}

function feesOf(fields: ConfigFields, chainId: number): FeeConfig {
  const found = fields.section("fees", (section): FeeConfig => {
    if (section.choice("kind", ["free", "market"], "market") === "free") return { kind: "free" };
    const cap = section.text("maxFeePerGasWei", "a decimal number", DEFAULT_MAX_FEE_PER_GAS_WEI);
    if (!/^[0-9]{1,24}$/.test(cap)) throw wrongType("fees.maxFeePerGasWei", "a decimal number");
    return { kind: "market", maxFeePerGasWei: BigInt(cap) };
  });
  if (found !== null) return found;
  return chainId === DEVNET_CHAIN_ID
    ? { kind: "free" }
    : { kind: "market", maxFeePerGasWei: BigInt(DEFAULT_MAX_FEE_PER_GAS_WEI) };
}

function listenOf(fields: ConfigFields, name: string): ListenConfig | null {
  return fields.section(name, (section) => ({
    host: section.text("host", "an address to listen on", "127.0.0.1"),
    port: section.count("port", 0, 0),
  }));
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
  const path = at(fields.text("targetCaFile", "the path of a PEM file"));
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError({ code: "CONFIG_UNREADABLE", path, reason: reasonOf(cause) }, { cause });
  }
}

const DEFAULT_CAPACITY: CapacityConfig = { openExecutions: 1024, runs: 8, claimsInFlight: 4 };

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
