import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { DoorConfig } from "../config-links.ts";
import { DoorCertificate } from "../links/door-certificate.ts";
import { doorContextOptions } from "../links/secure-context.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface MetricsParts {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** How often files of the certificate are looked at; see `DoorCertificate`. */
  readonly everyMs?: number;
}

/** A port of its own for who collects metrics. */
export interface RunningMetrics {
  /** `http://host:port/metrics`, or `https`. */
  readonly url: string;
  close(): Promise<void>;
}

const REQUEST_MS = 10_000;
const FIELD = "metrics.tls";

/** Listens; resolves when the address is known. Errors: DoorCertificateError. */
export async function startMetrics(
  { host, port, tls: files }: DoorConfig,
  parts: MetricsParts,
): Promise<RunningMetrics> {
  const { metrics, logger } = parts;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, response, metrics).catch(() => response.destroy());
  };
  const tls = files === null ? null : new DoorCertificate({ ...files, field: FIELD }, parts);
  const server =
    tls === null ? createServer(answer) : createTlsServer(doorContextOptions(tls.current), answer);
  tls?.onChanged((material) => {
    if ("setSecureContext" in server) server.setSecureContext(doorContextOptions(material));
  });
  server.requestTimeout = REQUEST_MS;
  server.listen(port, host);
  await once(server, "listening");
  const { port: found } = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  const url = `${tls === null ? "http" : "https"}://${name}:${found}/metrics`;
  logger.info("Metrics are served", { url });
  return {
    url,
    close: async () => {
      tls?.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
): Promise<void> {
  if (request.method !== "GET" || request.url !== "/metrics") {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": metrics.contentType }).end(await metrics.text());
}
