import type { ApiCollaborators, RunningApi } from "../api-seam.ts";
import type { ListenConfig } from "../config.ts";
import type { ApiContext } from "./api-context.ts";
import { createServer } from "./create-server.ts";
import { LOOPBACK_HOST } from "./loopback.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { TailFeed } from "./tail-feed.ts";

const REQUESTS = { perSecond: 200, burst: 400, remotes: 10_000 };
/** What costs gas or a signature. */
const COSTLY = { perSecond: 50, burst: 200, remotes: 10_000 };

/** Listens; resolves when the address is known. */
export async function startApi(
  options: ListenConfig,
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
  const isLoopback = LOOPBACK_HOST.test(options.host);
  const server = await createServer({ isLoopback }, { context, limiter, logger });
  const url = await server.listen({ host: options.host, port: options.port });
  if (!isLoopback) {
    logger.warn("The API is plain HTTP beyond this machine: put TLS in front of it", { url });
  }
  return {
    url,
    close: async () => {
      // Streams end first: the server waits for every answer.
      closing.abort();
      await server.close();
    },
  };
}
