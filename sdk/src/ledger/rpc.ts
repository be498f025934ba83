import type { Hex } from "@deed/protocol/encoding";

export type RpcFailure =
  | { readonly code: "RPC_UNREACHABLE"; readonly url: string }
  | { readonly code: "RPC_TIMEOUT"; readonly url: string; readonly limitMs: number }
  | { readonly code: "RPC_HTTP_STATUS"; readonly url: string; readonly status: number }
  | {
      readonly code: "RPC_REFUSED";
      readonly method: string;
      readonly rpcCode: number;
      readonly reason: string;
      readonly data: Hex | null;
    };

/** A JSON-RPC call that brought no result. The URL is given without user information and query. */
export class RpcError extends Error {
  readonly failure: RpcFailure;

  constructor(failure: RpcFailure, options?: ErrorOptions) {
    super(
      failure.code === "RPC_REFUSED"
        ? `${failure.method}: ${failure.reason}`
        : `${failure.code}: ${failure.url}`,
      options,
    );
    this.name = "RpcError";
    this.failure = failure;
  }
}

export interface RpcBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestampSec: number;
}

/** Options of an RPC endpoint. */
export interface RpcOptions {
  readonly url: string;
  /** 30 s when left out. */
  readonly timeoutMs?: number;
  /** Calls in one request; 100 when left out. */
  readonly maxBatch?: number;
}

/** One JSON-RPC endpoint over HTTP; calls of one turn of the event loop travel as one array. */
export interface Rpc {
  readonly url: string;
  request<Result>(
    method: string,
    params: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<Result>;
}

interface Waiting {
  readonly method: string;
  readonly params: readonly unknown[];
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Providers refuse longer arrays. */
const MAX_BATCH = 100;

/** Posts JSON and gives back status and text of the answer. Errors: one named TimeoutError after `timeoutMs`. */
export type PostJson = (
  url: string,
  body: string,
  timeoutMs: number,
) => Promise<{ readonly status: number; readonly text: string }>;

/** What carries the calls: whatever `fetch` there is, or something that costs less. */
export type RpcCollaborators = { readonly fetch: typeof fetch } | { readonly post: PostJson };

/** Builds an endpoint; what sends is a collaborator so that tests can answer in its place. */
export function createRpc(options: RpcOptions, collaborators: RpcCollaborators): Rpc {
  const postJson = "post" in collaborators ? collaborators.post : postBy(collaborators.fetch);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const maxBatch = options.maxBatch ?? MAX_BATCH;
  let waiting: Waiting[] = [];

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await post(options.url, timeoutMs, batch, postJson);
      settle(batch, answers, options.url);
    } catch (error) {
      for (const entry of batch) entry.reject(error as Error);
    }
  };
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += maxBatch) {
      void send(all.slice(start, start + maxBatch));
    }
  };

  return {
    url: options.url,
    async request<Result>(
      method: string,
      params: readonly unknown[],
      signal?: AbortSignal,
    ): Promise<Result> {
      signal?.throwIfAborted();
      return new Promise<Result>((resolve, reject) => {
        // A role's signal outlives its calls: what listens to it goes with each of them.
        const abort = (): void => reject(signal?.reason as Error);
        const done = (): void => signal?.removeEventListener("abort", abort);
        signal?.addEventListener("abort", abort, { once: true });
        if (waiting.length === 0) queueMicrotask(flush);
        waiting.push({
          method,
          params,
          resolve: (value) => {
            done();
            resolve(value as Result);
          },
          reject: (error) => {
            done();
            reject(error);
          },
        });
      });
    },
  };
}

function postBy(fetchFunction: typeof fetch): PostJson {
  return async (url, body, timeoutMs) => {
    const response = await fetchFunction(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: response.ok ? await response.text() : "" };
  };
}

async function post(
  url: string,
  timeoutMs: number,
  batch: readonly Waiting[],
  postJson: PostJson,
): Promise<readonly Answer[] | Answer> {
  const calls = batch.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }));
  const body = JSON.stringify(calls.length === 1 ? calls[0] : calls);
  try {
    const { status, text } = await postJson(url, body, timeoutMs);
    if (status < 200 || status > 299) {
      throw new RpcError({ code: "RPC_HTTP_STATUS", url: publicUrl(url), status });
    }
    return JSON.parse(text) as readonly Answer[] | Answer;
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    const timedOut = cause instanceof Error && cause.name === "TimeoutError";
    // biome-ignore lint/style/useErrorCause: a cause that repeats the URL would show its key
    throw new RpcError(
      timedOut
        ? { code: "RPC_TIMEOUT", url: publicUrl(url), limitMs: timeoutMs }
        : { code: "RPC_UNREACHABLE", url: publicUrl(url) },
      { cause: tells(cause, url) ? undefined : cause },
    );
  }
}

/** Some errors repeat the whole URL, key and all. */
function tells(cause: unknown, url: string): boolean {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error.message.includes(url)) return true;
  }
  return false;
}

function settle(batch: readonly Waiting[], answers: readonly Answer[] | Answer, url: string): void {
  const list = isList(answers) ? answers : [answers];
  const byId = new Map(list.map((answer) => [answer?.id, answer]));
  // An endpoint that refuses an array as a whole answers with one object.
  const only = isList(answers) && batch.length > 1 ? undefined : list[0];
  for (const [id, entry] of batch.entries()) {
    const answer = byId.get(id) ?? (batch.length === 1 || only?.error ? only : undefined);
    if (answer?.error) entry.reject(refusal(entry.method, answer.error));
    else if (answer !== undefined && answer !== null && "result" in answer) {
      entry.resolve(answer.result);
    } else entry.reject(new RpcError({ code: "RPC_UNREACHABLE", url: publicUrl(url) }));
  }
}

function isList(answers: readonly Answer[] | Answer): answers is readonly Answer[] {
  return Array.isArray(answers);
}

function refusal(method: string, error: NonNullable<Answer["error"]>): RpcError {
  const data = typeof error.data === "string" && error.data.startsWith("0x") ? error.data : null;
  return new RpcError({
    code: "RPC_REFUSED",
    method,
    rpcCode: error.code,
    reason: error.message,
    data: data as Hex | null,
  });
}

/** Keys in paths or queries of RPC URLs are secrets: errors show the origin alone. */
function publicUrl(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "(malformed URL)";
  }
}
