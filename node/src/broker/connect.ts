import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { Agent, buildConnector } from "undici";
import { isPublicAddress } from "./addresses.ts";
import { BrokerError } from "./broker-error.ts";

export interface ConnectOptions {
  /** Origins that may lie on addresses which are not public, for example `http://127.0.0.1:8080`. */
  readonly privateOrigins: ReadonlySet<string>;
  /** Where origins lead by the operator's word, instead of to what their names say. */
  readonly targets: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
  readonly connectTimeoutMs: number;
  /** Connections of one intent to one origin. */
  readonly connections: number;
  readonly maxHeaderBytes: number;
}

/** Names to addresses; replaced in tests. */
export type Resolve = LookupFunction;

export interface AgentCollaborators {
  readonly resolve: Resolve;
  /** Called when the first connection needs it. */
  readonly secureContext: () => SecureContext;
}

export const resolveBySystem: Resolve = (hostname, options, callback) => {
  if (options.all === true) systemLookup(hostname, { ...options, all: true }, callback);
  else systemLookup(hostname, { ...options, all: false }, callback);
};

/**
 * One pool of connections, for one intent. It resolves each name itself and connects to an address
 * that it has checked, so that a second answer of the name server cannot lead elsewhere.
 */
export function openAgent(options: ConnectOptions, collaborators: AgentCollaborators): Agent {
  const { resolve, secureContext } = collaborators;
  const common = {
    timeout: options.connectTimeoutMs,
    maxCachedSessions: 0,
    rejectUnauthorized: true,
  };
  const connector = (lookup: LookupFunction): buildConnector.connector => {
    const plain = buildConnector({ ...common, lookup });
    let secured: buildConnector.connector | null = null;
    return (target, callback) => {
      if (target.protocol !== "https:") return plain(target, callback);
      secured ??= buildConnector({ ...common, lookup, secureContext: secureContext() });
      return secured(target, callback);
    };
  };
  const anywhere = connector(resolve);
  const publicOnly = connector(checked(resolve));
  const connect: buildConnector.connector = (target, callback) => {
    const origin = originOf(target);
    const place = options.targets.get(origin);
    if (place !== undefined) {
      // The certificate must be the name's all the same.
      const servername = isIP(target.hostname) === 0 ? { servername: target.hostname } : {};
      const there = { ...target, ...servername, hostname: place.host, port: String(place.port) };
      return anywhere(there, callback);
    }
    if (options.privateOrigins.has(origin)) return anywhere(target, callback);
    const { hostname } = target;
    // A literal address is never looked up.
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) return callback(refused(), null);
    return publicOnly(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (!isPublicAddress(socket.remoteAddress ?? "")) {
        socket.destroy();
        return callback(refused(), null);
      }
      return callback(null, socket);
    });
  };
  return new Agent({
    connect,
    connections: options.connections,
    pipelining: 1,
    maxHeaderSize: options.maxHeaderBytes,
    // The broker has one clock for the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * What TLS of workflows trusts: the authorities that Node knows and the operator's own. One for all
 * connections, made for the first, because reading the certificates takes longer than a handshake.
 * @param extraCa PEM, or null.
 */
export function brokerSecureContext(extraCa: string | null): () => SecureContext {
  let context: SecureContext | null = null;
  return () => {
    const ca = extraCa === null ? {} : { ca: [...rootCertificates, extraCa] };
    context ??= createSecureContext({ ...ca, minVersion: "TLSv1.2" });
    return context;
  };
}

/** Every address of the name must be public; a name that also leads inside leads nowhere. */
function checked(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, address, family) => {
      if (error !== null) return callback(error, address, family);
      const all = typeof address === "string" ? [address] : address.map((entry) => entry.address);
      if (all.length === 0 || !all.every(isPublicAddress))
        return callback(refused(), address, family);
      return callback(null, address, family);
    });
  };
}

function originOf(target: buildConnector.Options): string {
  const host = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
  try {
    return new URL(`${target.protocol}//${host}:${target.port}`).origin;
  } catch {
    return "";
  }
}

function refused(): BrokerError {
  return new BrokerError("ADDRESS_REFUSED", "the name leads to an address that is not public");
}
