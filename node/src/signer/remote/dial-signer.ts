import { connect as connectPlainly, type Socket } from "node:net";
import { connect } from "node:tls";
import type { Hex } from "@deed/protocol/encoding";
import { peerContextOptions } from "../../links/secure-context.ts";
import { judgeLink, type LinkRefusalCode, SIGNER_ALPN } from "./judge-link.ts";
import type { LinkMaterial } from "./link-files.ts";

/** Where a signer answers on another machine. */
export interface RemoteAddress {
  readonly host: string;
  readonly port: number;
  /** The node's end. */
  readonly material: LinkMaterial;
  /** SHA-256 of the signer's SubjectPublicKeyInfo. */
  readonly signerKeys: readonly Hex[];
}

export interface DialSignerParts {
  /** The other end is the signer: it may be spoken to. */
  readonly onReady: () => void;
  /** It is somebody else, who has heard nothing; the socket ends. */
  readonly onRefused: (reason: LinkRefusalCode) => void;
  readonly nowMs: () => number;
}

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;

/** Begins a connection to a signer: to a path on this machine, or by TLS to another. Whoever calls listens for `error` and `close`. */
export function dialSigner(address: string | RemoteAddress, parts: DialSignerParts): Socket {
  if (typeof address === "string") {
    return connectPlainly(address).once("connect", parts.onReady);
  }
  const { host, port, material, signerKeys } = address;
  const socket = connect({
    ...peerContextOptions(material),
    host,
    port,
    ALPNProtocols: [SIGNER_ALPN],
    // The judge knows the signer's key; see there.
    rejectUnauthorized: false,
  });
  const timer = setTimeout(() => socket.destroy(new Error("no handshake in time")), CONNECT_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.once("secureConnect", () => {
    clearTimeout(timer);
    const reason = judgeLink(socket, { keys: signerKeys, nowMs: parts.nowMs() });
    if (reason !== null) {
      socket.destroy();
      parts.onRefused(reason);
      return;
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    parts.onReady();
  });
  return socket;
}
