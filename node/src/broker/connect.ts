import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction, type Socket } from "node:net";
import type { buildConnector } from "undici";
import { among, isPublicAddress } from "./addresses.ts";
import { BrokerError } from "./broker-error.ts";
import type { Dial } from "./dial.ts";
import type { HttpLimits } from "./http-limits.ts";
import type { Trust } from "./trust.ts";

export interface ConnectOptions extends Pick<HttpLimits, "connectMs"> {
  /** Origins that may lie on addresses which are not public, for example `http://127.0.0.1:8080`. */
  readonly privateOrigins: ReadonlySet<string>;
  /** Where origins lead by the operator's word, instead of to what their names say. */
  readonly targets: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

/** Names to addresses; replaced in tests. */
export type Resolve = LookupFunction;

export interface ConnectCollaborators {
  readonly resolve: Resolve;
  readonly trust: Trust;
  readonly dial: Dial;
  /** Addresses of this host, which are refused although they may be public: its firewall may let it in. */
  readonly ownAddresses: () => readonly string[];
}

/** Begins a connection for undici; the socket can be destroyed before it is one. */
export type Connect = (
  target: Pick<buildConnector.Options, "hostname" | "port" | "protocol">,
  callback: buildConnector.Callback,
) => Socket | null;

export const resolveBySystem: Resolve = (hostname, options, callback) => {
  if (options.all === true) systemLookup(hostname, { ...options, all: true }, callback);
  else systemLookup(hostname, { ...options, all: false }, callback);
};

/**
 * Resolves each name itself, for each connection, and connects to an address that it has judged, so that a second
 * answer of the name server cannot lead elsewhere.
 */
export function openConnect(options: ConnectOptions, collaborators: ConnectCollaborators): Connect {
  const { resolve, trust, dial, ownAddresses } = collaborators;
  const { targets, privateOrigins, connectMs: timeoutMs } = options;
  return (target, callback) => {
    const { hostname, protocol } = target;
    const isSecured = protocol === "https:";
    const port = Number(target.port) || (isSecured ? 443 : 80);
    const origin = originOf(target);
    const place = targets.get(origin);
    const isListed = place !== undefined || privateOrigins.has(origin);
    // The operator's authorities vouch for what the operator lists, not for the rest of the world.
    const context = isSecured ? trust[isListed ? "withOwn" : "usual"]() : null;
    const there = { name: hostname, host: place?.host ?? hostname, port: place?.port ?? port };
    if (isListed) return dial({ ...there, lookup: resolve, context, timeoutMs }, callback);
    const isOwn = among(ownAddresses());
    const isAllowed = (address: string): boolean => isPublicAddress(address) && !isOwn(address);
    // A literal address is never looked up.
    if (isIP(hostname) !== 0 && !isAllowed(hostname)) {
      callback(refused(), null);
      return null;
    }
    const lookup = judged(resolve, isAllowed);
    return dial({ ...there, lookup, context, timeoutMs }, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (!isAllowed(socket.remoteAddress ?? "")) {
        socket.destroy();
        return callback(refused(), null);
      }
      return callback(null, socket);
    });
  };
}

/** Every address of the name must be allowed; a name that also leads inside leads nowhere. */
function judged(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, address, family) => {
      if (error !== null) return callback(error, address, family);
      const all = typeof address === "string" ? [address] : address.map((entry) => entry.address);
      if (all.length === 0 || !all.every(isAllowed)) return callback(refused(), address, family);
      return callback(null, address, family);
    });
  };
}

function originOf({ protocol, hostname, port }: Parameters<Connect>[0]): string {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  const text = `${protocol}//${host}:${port}`;
  return URL.canParse(text) ? new URL(text).origin : "";
}

function refused(): BrokerError {
  return new BrokerError("ADDRESS_REFUSED", "the name leads to an address that is not public");
}
