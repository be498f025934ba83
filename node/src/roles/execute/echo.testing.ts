import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly path: string;
  readonly key: string | undefined;
}

/** A server that remembers what it was asked, and keeps silent where a test says so. */
export interface Echo {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Requests of this path get no answer. */
  silent: string | null;
  /** Resolves when a path was asked for. */
  asked(path: string): Promise<void>;
  close(): void;
}

export async function startEcho(): Promise<Echo> {
  const seen: SeenRequest[] = [];
  const waiting: { readonly path: string; readonly resolve: () => void }[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? "";
    seen.push({ path, key: request.headers["idempotency-key"] as string | undefined });
    for (const waiter of waiting) if (waiter.path === path) waiter.resolve();
    if (path === echo.silent) return;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true }));
  };
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const echo: Echo = {
    origin: `http://127.0.0.1:${port}`,
    seen,
    silent: null,
    asked: (path) =>
      seen.some((request) => request.path === path)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ path, resolve })),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return echo;
}
