import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { isLoopbackUrl } from "@deed/sdk";
import { ConfigError } from "./config-error.ts";
import { type ConfigFields, wrongType } from "./config-fields.ts";
import type { DoorFiles } from "./links/door-certificate.ts";
import type { LeastTls } from "./links/secure-context.ts";
import { areLinkKeys, type LinkFiles } from "./signer/remote/link-files.ts";

export interface ListenConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface PeersConfig extends ListenConfig {
  /** Life of this node's leaf certificates; a new one comes at half of it. */
  readonly leafSec: number;
}

/** A port for others than nodes. */
export interface DoorConfig extends ListenConfig {
  /** Null: plaintext, on loopback, or because the operator wrote that they accept it. */
  readonly tls: DoorFiles | null;
}

/** How servers of RPC are judged, all alike. */
export interface RpcTls {
  /** PEM of authorities besides those that Node brings along, or null. */
  readonly ownCaPem: string | null;
  readonly least: LeastTls;
}

/** Where a signer is that runs on another machine. */
export interface RemoteSignerPlace {
  readonly kind: "tls";
  readonly host: string;
  readonly port: number;
  /** This node's end of the link, and the keys of the signer's. */
  readonly files: LinkFiles;
  readonly tokenPath: string;
}

export interface RpcConfig {
  readonly rpcUrl: string;
  /** Pushes new heads; null to look every `pollMs` alone. */
  readonly wsUrl: string | null;
  /** Endpoints of other chains that triggers watch, by chain id. */
  readonly chains: ReadonlyMap<number, string>;
  readonly rpcTls: RpcTls;
}

type At = (path: string) => string;

export const DEFAULT_RPC_TLS: RpcTls = { ownCaPem: null, least: "1.3" };

const LOCALHOST = "127.0.0.1";
const LEAST_LEAF_SEC = 10;
/** Peers refuse leaves that live much longer (spec 10). */
const MOST_LEAF_SEC = 3_600;
const VERIFY_VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED";

/** Nothing of this process may be told to believe any certificate. Errors: CONFIG_TLS_UNVERIFIED. */
export function requireVerification(
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (environment[VERIFY_VARIABLE] !== "0") return;
  throw new ConfigError({ code: "CONFIG_TLS_UNVERIFIED", variable: VERIFY_VARIABLE });
}

export function rpcOf(fields: ConfigFields, at: At): RpcConfig {
  const accepts = fields.flag("allowInsecureRpc", false);
  const wsUrl = fields.has("wsUrl") ? fields.text("wsUrl", "a WebSocket address") : null;
  return {
    rpcUrl: urlOf(fields.text("rpcUrl", "an RPC address"), "rpcUrl", accepts, "http"),
    wsUrl: wsUrl === null ? null : urlOf(wsUrl, "wsUrl", accepts, "ws"),
    chains: chainsOf(fields, accepts),
    rpcTls: rpcTlsOf(fields, at),
  };
}

function chainsOf(fields: ConfigFields, accepts: boolean): ReadonlyMap<number, string> {
  const chains = new Map<number, string>();
  for (const [chainId, url] of fields.entries("chains")) {
    const field = `chains.${chainId}`;
    if (!/^[1-9][0-9]*$/.test(chainId)) throw wrongType(field, "an RPC address under a chain id");
    if (typeof url !== "string") throw wrongType(field, "an RPC address");
    chains.set(Number(chainId), urlOf(url, field, accepts, "http"));
  }
  return chains;
}

function urlOf(url: string, field: string, accepts: boolean, scheme: "http" | "ws"): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || ![`${scheme}:`, `${scheme}s:`].includes(parsed.protocol)) {
    throw wrongType(field, `an address with ${scheme} or ${scheme}s`);
  }
  const isSafe = parsed.protocol === `${scheme}s:` || isLoopbackUrl(parsed) || accepts;
  if (!isSafe) {
    throw new ConfigError({ code: "CONFIG_INSECURE_URL", field, secureScheme: `${scheme}s` });
  }
  return url;
}

function rpcTlsOf(fields: ConfigFields, at: At): RpcTls {
  const found = fields.section("rpcTls", (section): RpcTls => {
    const least = section.choice("minVersion", ["1.2", "1.3"], "1.3");
    if (!section.has("caFile")) return { ownCaPem: null, least };
    return { ownCaPem: pemOf(at(section.text("caFile", "the path of a PEM file"))), least };
  });
  return found ?? DEFAULT_RPC_TLS;
}

/** The port for nodes, whose TLS is their own. */
export function peersOf(fields: ConfigFields): PeersConfig {
  const found = fields.section("peers", (section): PeersConfig => {
    const leafSec = section.count("leafSec", LEAST_LEAF_SEC, MOST_LEAF_SEC);
    if (leafSec > MOST_LEAF_SEC) throw wrongType("peers.leafSec", `at most ${MOST_LEAF_SEC}`);
    return { ...listenFields(section), leafSec };
  });
  return found ?? { host: LOCALHOST, port: 0, leafSec: MOST_LEAF_SEC };
}

/** A port for others. Errors: CONFIG_PLAINTEXT. */
export function doorOf(fields: ConfigFields, name: string, at: At): DoorConfig | null {
  return fields.section(name, (section): DoorConfig => {
    const { host, port } = listenFields(section);
    const tls = section.section("tls", (files) => ({
      certPath: at(files.text("certFile", "the path of a PEM file")),
      keyPath: at(files.text("keyFile", "the path of a PEM file")),
      clientCaPath: files.has("clientCaFile")
        ? at(files.text("clientCaFile", "the path of a PEM file"))
        : null,
    }));
    const accepts = section.flag("allowPlaintext", false);
    if (tls === null && !accepts && !isLoopbackAddress(host)) {
      throw new ConfigError({ code: "CONFIG_PLAINTEXT", field: name, host });
    }
    // A hosts file or a name server could say otherwise.
    return { host: host === "localhost" ? LOCALHOST : host, port, tls };
  });
}

/** A signer on another machine. Plaintext does not exist there. */
export function remoteSignerOf(section: ConfigFields, at: At): RemoteSignerPlace {
  const expected = "SHA-256 of the signer's public key, as `deed signer link` printed it";
  const signerKeys = section.texts("signerKeys", `a list: ${expected}`);
  if (!areLinkKeys(signerKeys)) throw wrongType("signer.signerKeys", `a list: ${expected}`);
  return {
    kind: "tls",
    host: section.text("host", "the signer's machine"),
    port: section.count("port", 1),
    files: {
      certPath: at(section.text("certFile", "the path of a PEM file")),
      keyPath: at(section.text("keyFile", "the path of a PEM file")),
      otherKeys: signerKeys,
    },
    tokenPath: at(section.text("tokenFile", "the path of the signer's token")),
  };
}

function listenFields(section: ConfigFields): ListenConfig {
  return {
    host: section.text("host", "an address to listen on", LOCALHOST),
    port: section.count("port", 0, 0),
  };
}

/** Names, and addresses in a form that is read in more than one way, are nobody's word for loopback. */
function isLoopbackAddress(host: string): boolean {
  if (host === "localhost") return true;
  const family = isIP(host);
  if (family === 0 || host.includes("%")) return false;
  return isLoopbackUrl(family === 6 ? `http://[${host}]` : `http://${host}`);
}

export function pemOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError({ code: "CONFIG_UNREADABLE", path, reason }, { cause });
  }
}
