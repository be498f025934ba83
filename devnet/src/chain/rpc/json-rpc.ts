import { ChainError, messageOf } from "../error.ts";
import { RpcFault } from "../rpc-fault.ts";

/** One request of a client. Without `id` it is a notification and gets no answer. */
export interface Call {
  readonly id?: string | number | null;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A message as it came in. */
export type Message =
  | { readonly kind: "single"; readonly call: Call | RpcFault }
  | { readonly kind: "batch"; readonly calls: readonly (Call | RpcFault)[] }
  | { readonly kind: "refused"; readonly fault: RpcFault };

const maxBatch = 1000;

/** Reads a request or an array of requests; never throws. */
export function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: "refused", fault: new RpcFault(-32700, `not JSON: ${messageOf(error)}`) };
  }
  if (!Array.isArray(value)) return { kind: "single", call: parseCall(value) };
  if (value.length === 0 || value.length > maxBatch) {
    const fault = new RpcFault(-32600, `a batch holds 1 to ${maxBatch} requests`);
    return { kind: "refused", fault };
  }
  return { kind: "batch", calls: value.map(parseCall) };
}

function parseCall(value: unknown): Call | RpcFault {
  const { id, method, params = [] } = (value ?? {}) as Record<string, unknown>;
  const validId = id === undefined || id === null || ["string", "number"].includes(typeof id);
  if (typeof method !== "string" || !Array.isArray(params) || !validId) {
    return new RpcFault(-32600, "not a JSON-RPC 2.0 request with an array of parameters");
  }
  return id === undefined
    ? { method, params }
    : { id: id as string | number | null, method, params };
}

/** The text of an answer. */
export function resultText(id: Call["id"], result: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result: result ?? null });
}

/** An engine's answer to a call with id 0, under another id. */
export function withId(answer: string, id: Call["id"]): string {
  const start = /^\{"jsonrpc":"2\.0","id":0,/.exec(answer)?.[0];
  const own = JSON.stringify(id ?? null);
  if (start !== undefined) return `{"jsonrpc":"2.0","id":${own},${answer.slice(start.length)}`;
  return JSON.stringify({ ...(JSON.parse(answer) as object), id: id ?? null });
}

/** The text of an error. */
export function faultText(id: Call["id"], fault: RpcFault): string {
  const { code, message, data } = fault;
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  return JSON.stringify({ jsonrpc: "2.0", id: id ?? null, error });
}

/** What a client is told of anything thrown; `data.code` is the failure's own code. */
export function toFault(error: unknown): RpcFault {
  if (error instanceof RpcFault) return error;
  if (!(error instanceof ChainError)) {
    return new RpcFault(-32603, `internal error: ${messageOf(error)}`);
  }
  return new RpcFault(rpcCode(error.code), error.message, error.failure, { cause: error });
}

function rpcCode(code: ChainError["code"]): number {
  switch (code) {
    case "TRANSACTION_MALFORMED":
    case "TRANSACTION_TYPE_UNSUPPORTED":
    case "TRANSACTION_TOO_LARGE":
      return -32602;
    case "QUEUE_FULL":
      return -32005;
    case "STATE_TOO_OLD":
      return -32001;
    default:
      return -32000;
  }
}
