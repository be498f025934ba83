import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { urlToHttpOptions } from "node:url";
import type { PostJson } from "@deed/sdk";
import { DEFAULT_RPC_TLS, type RpcTls } from "./config-links.ts";
import { localhostLookup } from "./links/localhost-lookup.ts";
import { callerContext } from "./links/secure-context.ts";

/** How calls reach the RPC endpoints, until it is closed. */
export interface RpcPost {
  readonly post: PostJson;
  close(): void;
}

interface Endpoint {
  readonly request: typeof requestHttp;
  readonly options: object;
}

export interface RpcPostOptions {
  /** Of one answer. An endpoint that sends more, by mistake or not, must not take the process's memory. */
  readonly maxBytes?: number;
  readonly tls?: RpcTls;
}

/** Logs of thousands of blocks fit; endpoints themselves stop far below. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Connections that stay open: a call costs a third of what it costs by `fetch`. */
export function openRpcPost(options: RpcPostOptions = {}): RpcPost {
  const { maxBytes = MOST_BYTES, tls = DEFAULT_RPC_TLS } = options;
  const http = new HttpAgent({ keepAlive: true });
  let https: HttpsAgent | null = null;
  const endpoints = new Map<string, Endpoint>();
  const endpointOf = (url: string): Endpoint => {
    let endpoint = endpoints.get(url);
    if (endpoint === undefined) {
      const parsed = new URL(url);
      const options = urlToHttpOptions(parsed);
      if (parsed.protocol === "https:") {
        https ??= verifyingAgent(tls);
        endpoint = { request: requestHttps, options: { ...options, agent: https } };
      } else {
        const lookup = parsed.hostname === "localhost" ? { lookup: localhostLookup } : {};
        endpoint = { request: requestHttp, options: { ...options, ...lookup, agent: http } };
      }
      endpoints.set(url, endpoint);
    }
    return endpoint;
  };
  return {
    post: async (url, body, timeoutMs) =>
      postOnce(endpointOf(url), { body, timeoutMs, maxBytes }, true),
    close: () => {
      http.destroy();
      https?.destroy();
    },
  };
}

// Said here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot say otherwise. Made when it is wanted: reading the authorities takes a while.
function verifyingAgent(tls: RpcTls): HttpsAgent {
  const secureContext = callerContext(tls);
  return new HttpsAgent({ keepAlive: true, rejectUnauthorized: true, secureContext });
}

interface Call {
  readonly body: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

function postOnce(endpoint: Endpoint, call: Call, mayRepeat: boolean): ReturnType<PostJson> {
  const { body, timeoutMs, maxBytes } = call;
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const options = { ...endpoint.options, method: "POST", headers };
    const outgoing = endpoint.request(options, (incoming) => {
      readText(incoming, maxBytes).then((text) => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, text });
      }, failed);
    });
    const failed = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      // The other side closed a connection that rested: it has not read this.
      const wasClosed = outgoing.reusedSocket && error.code === "ECONNRESET";
      if (wasClosed && mayRepeat) resolve(postOnce(endpoint, call, false));
      else reject(error);
    };
    const timer = setTimeout(() => outgoing.destroy(new TimeoutError()), timeoutMs);
    outgoing.on("error", failed);
    outgoing.end(body);
  });
}

function readText(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) incoming.destroy(new AnswerTooLargeError(maxBytes));
      else chunks.push(chunk);
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    incoming.on("error", reject);
  });
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";

  constructor(maxBytes: number) {
    super(`the answer has more than ${maxBytes} bytes`);
  }
}
