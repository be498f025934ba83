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

/** Options of an RPC endpoint. Time-out in milliseconds, 30 s when left out. */
export interface RpcOptions {
  readonly url: string;
  readonly timeoutMs?: number;
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

/** Builds an endpoint; `fetch` is a collaborator so that tests can answer in its place. */
export function createRpc(options: RpcOptions, collaborators: { fetch: typeof fetch }): Rpc {
  const timeoutMs = options.timeoutMs ?? 30_000;
  let waiting: Waiting[] = [];

  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const answers = await post(options.url, timeoutMs, batch, collaborators.fetch);
      settle(batch, answers, options.url);
    } catch (error) {
      for (const entry of batch) entry.reject(error as Error);
    }
  };

  return {
    url: options.url,
    request<Result>(
      method: string,
      params: readonly unknown[],
      signal?: AbortSignal,
    ): Promise<Result> {
      signal?.throwIfAborted();
      return new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(() => void flush());
        waiting.push({ method, params, resolve: resolve as (value: unknown) => void, reject });
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
  };
}

async function post(
  url: string,
  timeoutMs: number,
  batch: readonly Waiting[],
  fetchFunction: typeof fetch,
): Promise<readonly Answer[]> {
  const calls = batch.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }));
  const body = JSON.stringify(calls.length === 1 ? calls[0] : calls);
  let response: Response;
  try {
    response = await fetchFunction(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) {
      throw new RpcError({ code: "RPC_HTTP_STATUS", url: publicUrl(url), status: response.status });
    }
    const answer = (await response.json()) as Answer | readonly Answer[];
    return Array.isArray(answer) ? (answer as readonly Answer[]) : [answer as Answer];
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    const timedOut = cause instanceof Error && cause.name === "TimeoutError";
    throw new RpcError(
      timedOut
        ? { code: "RPC_TIMEOUT", url: publicUrl(url), limitMs: timeoutMs }
        : { code: "RPC_UNREACHABLE", url: publicUrl(url) },
      { cause },
    );
  }
}

function settle(batch: readonly Waiting[], answers: readonly Answer[], url: string): void {
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  for (const [id, entry] of batch.entries()) {
    const answer = byId.get(id) ?? (batch.length === 1 ? answers[0] : undefined);
    if (answer === undefined) {
      entry.reject(new RpcError({ code: "RPC_UNREACHABLE", url: publicUrl(url) }));
    } else if (answer.error !== undefined) {
      entry.reject(refusal(entry.method, answer.error));
    } else {
      entry.resolve(answer.result);
    }
  }
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
