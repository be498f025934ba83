import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the echo server got it. */
export interface EchoedRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly body: string;
}

export interface EchoOptions {
  /** 0 or left out: any free port. */
  readonly port?: number;
}

export interface EchoParts {
  onRequest?(request: EchoedRequest): void;
  /** Waited for before the answer; for tests of slow servers. */
  delay?(request: EchoedRequest): Promise<void>;
}

/** The target of the samples' requests: answers with what it got. */
export interface EchoServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Answers with more than any node takes. */
const LARGE_PATH = "/large";
const LARGE_BYTES = 8 * 1024 * 1024;

/** Starts it on loopback. */
export async function startEcho(
  options: EchoOptions = {},
  parts: EchoParts = {},
): Promise<EchoServer> {
  const server = createServer((request, response) => {
    answer(request, response, parts).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: EchoParts,
): Promise<void> {
  const body = await readBody(request);
  if (body === null) {
    response.writeHead(413).end();
    return;
  }
  const key = request.headers["idempotency-key"];
  const echoed: EchoedRequest = {
    method: request.method ?? "",
    path: request.url ?? "",
    idempotencyKey: typeof key === "string" ? key : null,
    body,
  };
  parts.onRequest?.(echoed);
  await parts.delay?.(echoed);
  response.writeHead(200, { "content-type": "application/json" });
  const padding = echoed.path === LARGE_PATH ? { padding: "x".repeat(LARGE_BYTES) } : {};
  response.end(JSON.stringify({ method: echoed.method, path: echoed.path, body, ...padding }));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
