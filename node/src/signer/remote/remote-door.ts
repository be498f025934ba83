import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server } from "node:tls";
import { peerContextOptions } from "../../links/secure-context.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { judgeLink, SIGNER_ALPN } from "./judge-link.ts";
import { type LinkFiles, readLinkFiles } from "./link-files.ts";

/** Where a signer waits for a node on another machine. */
export interface RemoteDoorOptions extends LinkFiles {
  readonly host: string;
  /** 0: any free port, for tests. */
  readonly port: number;
}

export interface RemoteDoorParts {
  /** What a socket is handed to when its other end is the node that the configuration names. */
  readonly accept: (socket: Socket) => void;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

export interface RemoteDoor {
  readonly port: number;
  /** Takes no new connection; those that are open belong to whoever accepted them. */
  close(): void;
}

const FIELD = "remote";
const HANDSHAKE_MS = 10_000;
const MOST_CONNECTIONS = 64;
const KEEP_ALIVE_MS = 10_000;
const SOON_MS = 30 * 24 * 3_600_000;

/** Opens the door: TLS 1.3 with both ends' keys named; there is no plaintext one. Errors: E_CONFIG, system errors of listening. */
export async function openRemoteDoor(
  options: RemoteDoorOptions,
  parts: RemoteDoorParts,
): Promise<RemoteDoor> {
  const { logger, nowMs } = parts;
  const material = readLinkFiles(options, FIELD);
  if (material.notAfterMs - nowMs() < SOON_MS) {
    const until = new Date(material.notAfterMs).toISOString();
    logger.warn("Certificate of the link to the node ends soon", { until });
  }
  const server: Server = createServer({
    ...peerContextOptions(material),
    ALPNProtocols: [SIGNER_ALPN],
    requestCert: true,
    // Any certificate gets as far as the judge, which knows the node's key.
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on("secureConnection", (socket) => {
    socket.on("error", () => socket.destroy());
    const reason = judgeLink(socket, { keys: options.otherKeys, nowMs: nowMs() });
    if (reason !== null) {
      logger.warn("Node refused at the signer's door", { reason, from: socket.remoteAddress });
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    parts.accept(socket);
  });
  server.on("tlsClientError", (error, socket) => {
    const reason = "code" in error ? String(error.code) : error.message;
    logger.warn("Node refused at the signer's door", { reason, from: socket.remoteAddress });
    socket.destroy();
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
