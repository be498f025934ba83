import type { Hex } from "@deed/protocol/encoding";
import {
  type ExecutionDetail,
  type ExecutionPage,
  executionDetail,
  executionPage,
} from "./execution-messages.ts";
import {
  type FiredExecution,
  type FireSubmission,
  firedExecution,
  type IntentDetail,
  type IntentPage,
  type IntentSubmission,
  type InvalidatedNonce,
  intentDetail,
  intentPage,
  invalidatedNonce,
  type NodeHealth,
  type NodeInfo,
  type NonceInvalidationMessage,
  nodeHealth,
  nodeInfo,
  type RegisteredIntent,
  type Revocation,
  type RevokedIntent,
  refusalMessage,
  registeredIntent,
  revokedIntent,
  type TailEvent,
} from "./messages.ts";
import { NodeApiError } from "./node-api-error.ts";
import { readServerEvents } from "./server-events.ts";
import type { Shape } from "./shape.ts";

export interface NodeApiOptions {
  /** Without a path, for example `http://127.0.0.1:8701`. */
  readonly url: string;
  /** Longest time of a call, but for the tail. */
  readonly timeoutMs?: number;
}

export interface PageQuery {
  readonly before?: number;
  readonly limit?: number;
}

/** A node's API. Errors: NodeApiError, or the signal's reason. */
export interface NodeApi {
  readonly url: string;
  health(signal?: AbortSignal): Promise<NodeHealth>;
  info(signal?: AbortSignal): Promise<NodeInfo>;
  /** Resolves when it is registered. Sent again, it answers the same. */
  submitIntent(submission: IntentSubmission, signal?: AbortSignal): Promise<RegisteredIntent>;
  revokeIntent(
    intentHash: Hex,
    revocation: Revocation,
    signal?: AbortSignal,
  ): Promise<RevokedIntent>;
  invalidateNonce(
    invalidation: NonceInvalidationMessage,
    signal?: AbortSignal,
  ): Promise<InvalidatedNonce>;
  fire(intentHash: Hex, fire: FireSubmission, signal?: AbortSignal): Promise<FiredExecution>;
  intents(query?: PageQuery & { readonly owner?: Hex }, signal?: AbortSignal): Promise<IntentPage>;
  /** Null when the node knows no such intent. */
  intent(intentHash: Hex, signal?: AbortSignal): Promise<IntentDetail | null>;
  /** Null when the node knows no such intent. */
  executionsOf(
    intentHash: Hex,
    query?: PageQuery,
    signal?: AbortSignal,
  ): Promise<ExecutionPage | null>;
  /** Null when the node knows no such execution. */
  execution(executionId: Hex, signal?: AbortSignal): Promise<ExecutionDetail | null>;
  /** The bundle's text; null when neither the node nor the peers that it asks hold it. */
  bundle(executionId: Hex, signal?: AbortSignal): Promise<string | null>;
  /** Ledger facts as the node reads them, after `lastId` or from now on, until the signal aborts. */
  tail(options: {
    readonly lastId?: string;
    readonly signal: AbortSignal;
  }): AsyncIterable<TailEvent>;
}

const TIMEOUT_MS = 60_000;

/** A client of one node's API. */
export function connectNodeApi(
  options: NodeApiOptions,
  collaborators: { readonly fetch: typeof fetch },
): NodeApi {
  const url = options.url.replace(/\/+$/, "");
  const door: Door = {
    url,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    fetch: collaborators.fetch,
  };
  const get = <T>(path: string, shape: Shape<T>, signal?: AbortSignal): Promise<T> =>
    call(door, { method: "GET", path }, shape, signal);
  const post = <T>(path: string, body: object, shape: Shape<T>, signal?: AbortSignal): Promise<T> =>
    call(door, { method: "POST", path, body }, shape, signal);
  return {
    url,
    health: (signal) => get("/healthz", nodeHealth, signal),
    info: (signal) => get("/v1/info", nodeInfo, signal),
    submitIntent: (submission, signal) => post("/v1/intents", submission, registeredIntent, signal),
    revokeIntent: (hash, revocation, signal) =>
      post(`/v1/intents/${hash}/revoke`, revocation, revokedIntent, signal),
    invalidateNonce: (invalidation, signal) =>
      post("/v1/nonces/invalidate", invalidation, invalidatedNonce, signal),
    fire: (hash, fire, signal) => post(`/v1/intents/${hash}/fire`, fire, firedExecution, signal),
    intents: (query = {}, signal) => get(`/v1/intents${queryText(query)}`, intentPage, signal),
    intent: (hash, signal) => orNull(get(`/v1/intents/${hash}`, intentDetail, signal)),
    executionsOf: (hash, query = {}, signal) =>
      orNull(get(`/v1/intents/${hash}/executions${queryText(query)}`, executionPage, signal)),
    execution: (id, signal) => orNull(get(`/v1/executions/${id}`, executionDetail, signal)),
    bundle: (id, signal) => orNull(readText(door, `/v1/executions/${id}/bundle`, signal)),
    tail: ({ lastId, signal }) => tail(door, lastId ?? null, signal),
  };
}

interface Door {
  readonly url: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

async function call<T>(
  door: Door,
  request: Request,
  shape: Shape<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const answer = await exchange(door, request, signal, async (response) => {
    const value: unknown = await response.json();
    return { value };
  });
  if (shape.accepts(answer.value)) return answer.value;
  throw new NodeApiError({ code: "NODE_BAD_ANSWER", url: door.url, path: request.path });
}

function readText(door: Door, path: string, signal: AbortSignal | undefined): Promise<string> {
  return exchange(door, { method: "GET", path }, signal, (response) => response.text());
}

async function exchange<T>(
  door: Door,
  request: Request,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const { url, timeoutMs } = door;
  const timeout = AbortSignal.timeout(timeoutMs);
  const limit = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await send(door, request, limit);
    return await read(response);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof NodeApiError) throw cause;
    if (timeout.aborted) {
      throw new NodeApiError({ code: "NODE_TIMEOUT", url, limitMs: timeoutMs }, { cause });
    }
    if (cause instanceof SyntaxError) {
      throw new NodeApiError({ code: "NODE_BAD_ANSWER", url, path: request.path }, { cause });
    }
    throw new NodeApiError({ code: "NODE_UNREACHABLE", url }, { cause });
  }
}

async function send(door: Door, request: Request, signal: AbortSignal): Promise<Response> {
  const { method, path, body } = request;
  const response = await door.fetch(`${door.url}${path}`, {
    method,
    signal,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (response.ok) return response;
  const said: unknown = await response.json().catch(() => null);
  if (!refusalMessage.accepts(said)) {
    throw new NodeApiError({ code: "NODE_BAD_ANSWER", url: door.url, path });
  }
  const { code: reason, message, remedy } = said.error;
  throw new NodeApiError({
    code: "NODE_REFUSED",
    status: response.status,
    reason,
    message,
    remedy,
    retryAfterMs: retryAfterMs(response),
  });
}

/** RFC 9110, 10.2.3, in seconds; null when the answer does not say it so. */
function retryAfterMs({ headers }: Response): number | null {
  const text = headers.get("retry-after") ?? "";
  return /^[0-9]{1,5}$/.test(text) ? Number(text) * 1000 : null;
}

async function* tail(
  door: Door,
  lastId: string | null,
  signal: AbortSignal,
): AsyncGenerator<TailEvent> {
  const { url } = door;
  const headers = {
    accept: "text/event-stream",
    ...(lastId === null ? {} : { "last-event-id": lastId }),
  };
  let response: Response;
  try {
    response = await door.fetch(`${url}/v1/tail`, { headers, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new NodeApiError({ code: "NODE_UNREACHABLE", url }, { cause });
  }
  if (!response.ok || response.body === null) {
    throw new NodeApiError({ code: "NODE_BAD_ANSWER", url, path: "/v1/tail" });
  }
  for await (const { id, event, data } of readServerEvents(response.body)) {
    yield { id, name: event, fact: JSON.parse(data) as TailEvent["fact"] };
  }
}

/** An answer of "not found" is an answer. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const isUnknown = error instanceof NodeApiError && error.failure.code === "NODE_REFUSED";
    if (isUnknown && error.failure.status === 404) return null;
    throw error;
  }
}

function queryText(query: PageQuery & { readonly owner?: Hex }): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}
