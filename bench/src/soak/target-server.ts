import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the runs' requests go to. It keeps nothing of what it got. */
export interface TargetServer {
  readonly url: string;
  /** An address of this machine where nobody listens. */
  readonly closedUrl: string;
  close(): Promise<void>;
}

/** Connections that rest are closed soon, so that none is counted at rest. */
const KEEP_ALIVE_MS = 500;
export const HANG_PATH = "/hang";

/** Starts it on loopback: what comes is sent back, what comes to `HANG_PATH` never is. */
export async function startTarget(): Promise<TargetServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    if (request.url !== HANG_PATH) echo(request, response);
  });
  const other = createServer();
  const listen = (each: typeof server): Promise<number> =>
    new Promise((resolve, reject) => {
      each.once("error", reject);
      each.listen(0, "127.0.0.1", () => resolve((each.address() as AddressInfo).port));
    });
  const [port, closedPort] = [await listen(server), await listen(other)];
  await new Promise((resolve) => other.close(resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    closedUrl: `http://127.0.0.1:${closedPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("content-type", "application/json");
  request.on("error", () => response.destroy());
  request.pipe(response);
}
