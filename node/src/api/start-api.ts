import type { ApiCollaborators, RunningApi } from "../api-seam.ts";
import type { DoorConfig } from "../config-links.ts";
import { DoorCertificate } from "../links/door-certificate.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ApiContext } from "./api-context.ts";
import { createServer } from "./create-server.ts";
import { isLoopbackName } from "./host-name.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { TailFeed } from "./tail-feed.ts";

const REQUESTS = { perSecond: 200, burst: 400, remotes: 10_000 };
/** What costs gas or a signature. */
const COSTLY = { perSecond: 50, burst: 200, remotes: 10_000 };

/** Listens; resolves when the address is known. */
export async function startApi(
  options: DoorConfig,
  collaborators: ApiCollaborators,
): Promise<RunningApi> {
  const { context: node, acceptFire, sandbox } = collaborators;
  const { clock } = node;
  const closing = new AbortController();
  const context: ApiContext = {
    node,
    acceptFire,
    sandbox,
    tail: new TailFeed(node),
    costly: new RateLimiter(COSTLY, { clock }),
    closing: closing.signal,
  };
  const logger = node.logger.child({ part: "api" });
  const limiter = new RateLimiter(REQUESTS, { clock });
  const { host, port } = options;
  const tls = openCertificate(options, logger);
  const isLoopback = isLoopbackName(host.includes(":") ? `[${host}]` : host);
  const hasMetrics = isLoopback && node.config.metrics === null;
  const server = await createServer({ isLoopback, hasMetrics, tls }, { context, limiter, logger });
  const url = await server.listen({ host, port });
  if (!isLoopback && tls === null) {
    logger.warn("The API is plain HTTP beyond this machine, as the operator wrote", { url });
  }
  return {
    url,
    close: async () => {
      // Streams end first: the server waits for every answer.
      closing.abort();
      tls?.close();
      await server.close();
    },
  };
}

function openCertificate({ tls }: DoorConfig, logger: Logger): DoorCertificate | null {
  return tls === null ? null : new DoorCertificate({ ...tls, field: "api.tls" }, { logger });
}
