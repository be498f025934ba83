import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { messageOf } from "../error.ts";
import type { Logger } from "../logger.ts";
import { RpcFault } from "../rpc-fault.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { BlockFeed } from "./feed.ts";
import { faultText } from "./json-rpc.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Where the server listens; port 0 takes any that is free. */
export interface ServerOptions {
  readonly port: number;
  readonly maxRequestBytes: number;
}

/** Collaborators of the server. */
export interface ServerParts {
  readonly dispatcher: Dispatcher;
  readonly feed: BlockFeed;
  readonly tick: () => () => void;
  readonly logger: Logger;
}

/** A server that listens. */
export interface RpcServer {
  readonly port: number;
  close(): Promise<void>;
}

// A client that stops reading is cut off before its backlog fills our memory.
const maxBacklogBytes = 64 * 1024 * 1024;
// Longer than what clients keep an idle connection for, lest they send into a closing one.
const keepAliveMs = 65_000;

/** Serves JSON-RPC over HTTP and WebSocket on one loopback port. */
export async function startServer(options: ServerOptions, parts: ServerParts): Promise<RpcServer> {
  const http = createServer((request, response) => {
    void serveRequest(options, parts, request, response);
  });
  http.keepAliveTimeout = keepAliveMs;
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: options.maxRequestBytes,
    perMessageDeflate: false,
  });
  sockets.on("connection", (socket) => serveSocket(parts, socket));
  sockets.on("error", () => {});
  http.listen(options.port, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { port, close: () => closeServer(http, sockets) };
}

async function closeServer(http: Server, sockets: WebSocketServer): Promise<void> {
  const closed = once(http, "close");
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  http.close();
  http.closeAllConnections();
  await closed;
}

async function serveRequest(
  { maxRequestBytes }: ServerOptions,
  { dispatcher, logger }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    if (request.method !== "POST") return reply(response, 405, "this is a JSON-RPC endpoint: POST");
    const text = await readBody(request, maxRequestBytes);
    if (text === undefined) {
      const fault = new RpcFault(-32600, `a request has at most ${maxRequestBytes} bytes`);
      return reply(response, 413, faultText(null, fault));
    }
    reply(response, 200, (await dispatcher.answer(text, { signal: gone.signal })) ?? "");
  } catch (error) {
    logger.warn("Request failed", { reason: messageOf(error) });
    response.destroy();
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function serveSocket({ dispatcher, feed, tick, logger }: ServerParts, socket: WebSocket): void {
  const gone = new AbortController();
  const send = (text: string): void => {
    if (socket.bufferedAmount > maxBacklogBytes) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(text);
  };
  const subscriptions = new Subscriptions({ feed, tick, send });
  const caller = { signal: gone.signal, subscriptions };
  socket.on("message", (text) => {
    void dispatcher.answer(String(text), caller).then((answer) => {
      if (answer !== undefined) send(answer);
    });
  });
  socket.on("error", (error) => logger.warn("Connection failed", { reason: error.message }));
  socket.once("close", () => {
    subscriptions.close();
    gone.abort();
  });
}
