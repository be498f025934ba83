import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type SecureContext } from "node:tls";
import { BrokerError } from "./broker-error.ts";

export interface DialOptions {
  /** Whom the certificate must be for. */
  readonly name: string;
  /** Where to connect: an address, or a name for `lookup`. */
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  /** Null without TLS. */
  readonly context: SecureContext | null;
  readonly timeoutMs: number;
}

/** Called once: with an error, or with a connection that may be written to. */
export type DialCallback = (...result: [null, Socket] | [Error, null]) => void;

/** Begins one connection, by TLS where it has a context, verified whatever the environment says. */
export type Dial = (options: DialOptions, callback: DialCallback) => Socket;

export const dialBySockets: Dial = (options, callback) => {
  const socket = begin(options);
  const end = (...result: Parameters<DialCallback>): void => {
    clearTimeout(timer);
    socket.off(ready, succeed).off("error", fail).off("close", close);
    // Until its next owner listens; an error of a socket that nobody uses is nothing.
    socket.on("error", () => undefined);
    callback(...result);
  };
  const succeed = (): void => end(null, socket);
  const fail = (error: Error): void => end(error, null);
  const close = (): void => end(new BrokerError("UNREACHABLE", "no connection"), null);
  const late = (): unknown =>
    socket.destroy(new BrokerError("UNREACHABLE", "no connection in time"));
  const timer = setTimeout(late, options.timeoutMs);
  const ready = options.context === null ? "connect" : "secureConnect";
  socket.setNoDelay(true).on(ready, succeed).on("error", fail).on("close", close);
  return socket;
};

function begin({ name, host, port, lookup, context }: DialOptions): Socket {
  const place = { host, port, lookup, autoSelectFamily: true };
  if (context === null) return connectTcp(place);
  return connectTls({
    ...place,
    secureContext: context,
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ALPNProtocols: ["http/1.1"],
    // SNI names no addresses (RFC 6066, section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });
}
