import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { capped, readJson } from "./body.ts";
import type { PeerHandlers } from "./handlers.ts";
import {
  type Reader,
  readCheckpoint,
  readCommitment,
  readFire,
  readPreimage,
  readVerdict,
} from "./messages.ts";

export interface BodyLimits {
  readonly messageBytes: number;
  readonly bundleBytes: number;
}

export interface PeerRequest {
  readonly from: number;
  readonly stream: ServerHttp2Stream;
  readonly signal: AbortSignal;
  readonly limits: BodyLimits;
}

/** What is said back. A stream is sent as NDJSON, everything else as JSON. */
export type Answer =
  | { readonly status: number; readonly json?: object }
  | { readonly status: 200; readonly bytes: AsyncIterable<Uint8Array> };

type Route = (handlers: PeerHandlers, request: PeerRequest) => Promise<Answer>;

/** The answer to a message: the handler's, or 400 for what cannot be read. */
function message<T>(
  read: Reader<T>,
  answer: (handlers: PeerHandlers, from: number, value: T) => Promise<Answer>,
): Route {
  return async (handlers, { from, stream, limits }) => {
    const value = read(await readJson(bodyOf(stream), limits.messageBytes));
    return value === null ? { status: 400 } : answer(handlers, from, value);
  };
}

const ROUTES: { readonly [line: string]: Route } = {
  "GET /hello": async (handlers, { from }) => ({ status: 200, json: await handlers.hello(from) }),
  "POST /commitments": message(readCommitment, async (handlers, from, value) => {
    const own = await handlers.commitment(from, value);
    return own === null ? { status: 202 } : { status: 200, json: own };
  }),
  "POST /verdicts": message(readVerdict, async (handlers, from, value) => {
    await handlers.verdict(from, value);
    return { status: 204 };
  }),
  "POST /preimages": message(readPreimage, async (handlers, from, value) => {
    await handlers.preimage(from, value);
    return { status: 204 };
  }),
  "POST /checkpoints": message(readCheckpoint, async (handlers, from, value) => {
    const answer = await handlers.checkpoint(from, value);
    return answer === null ? { status: 422 } : { status: 200, json: answer };
  }),
  "GET /checkpoints": async (handlers, { from }) => {
    const newest = await handlers.newestCheckpoint(from);
    return newest === null ? { status: 404 } : { status: 200, json: newest };
  },
  "POST /fires": message(readFire, async (handlers, from, value) => {
    const receipt = await handlers.fire(from, value);
    return receipt === null ? { status: 422 } : { status: 200, json: receipt };
  }),
};

const BATCH_ROUTES: {
  readonly [method: string]: (
    batchNo: number,
    handlers: PeerHandlers,
    request: PeerRequest,
  ) => Promise<Answer>;
} = {
  GET: async (batchNo, handlers, { from, signal }) => {
    const bytes = await handlers.getBatch(from, batchNo, signal);
    return bytes === null ? { status: 404 } : { status: 200, bytes };
  },
  PUT: async (batchNo, handlers, { from, stream, signal, limits }) => {
    const bundle = capped(bodyOf(stream), limits.bundleBytes);
    const isStored = await handlers.putBatch(from, batchNo, bundle, signal);
    return { status: isStored ? 204 : 409 };
  },
};

/** The body of a request. Whoever stops reading it can still be answered. */
function bodyOf(stream: ServerHttp2Stream): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* stream.iterator({ destroyOnReturn: false });
      // A request that was given up ends like a complete one, but its stream is closed by then.
      if (stream.closed || stream.destroyed) throw new TypeError("request given up");
    },
  };
}

/** The handler for a request line, or null. */
export function routeOf(method: string, path: string): Route | null {
  const batchNo = /^\/batches\/([1-9]\d{0,14})$/.exec(path)?.[1];
  if (batchNo === undefined)
    return Object.hasOwn(ROUTES, `${method} ${path}`) ? ROUTES[`${method} ${path}`]! : null;
  const route = Object.hasOwn(BATCH_ROUTES, method) ? BATCH_ROUTES[method] : undefined;
  return route === undefined ? null : (...rest) => route(Number(batchNo), ...rest);
}

/** May this request have a body of the announced length? */
export function isWithin(
  headers: IncomingHttpHeaders,
  method: string,
  limits: BodyLimits,
): boolean {
  const limit = method === "PUT" ? limits.bundleBytes : limits.messageBytes;
  return Number(headers["content-length"] ?? 0) <= limit;
}

/** Sends an answer; settles when the peer has taken it, or the stream has been cut. */
export async function sendAnswer(stream: ServerHttp2Stream, answer: Answer): Promise<void> {
  if (stream.destroyed || stream.closed) return;
  if ("bytes" in answer) {
    stream.respond({ ":status": 200, "content-type": "application/x-ndjson" });
    await pipeline(Readable.from(answer.bytes, { objectMode: false }), stream);
    return;
  }
  const body = answer.json === undefined ? "" : JSON.stringify(answer.json);
  stream.respond({ ":status": answer.status, "content-type": "application/json" });
  // Of a 204 Node ends the stream itself; Node 26 would take the answer back that is closed before it has left.
  if (stream.writableEnded) return;
  await new Promise<void>((resolve) => {
    stream.once("close", resolve);
    stream.end(body, resolve);
  });
  // What nobody read of the request is given up.
  stream.close(constants.NGHTTP2_NO_ERROR);
}
