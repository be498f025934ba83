import { expect, test } from "vitest";
import { createRpc, RpcError } from "./rpc.ts";

const KEY = "s3cret";
const URL_WITH_KEY = `https://user:${KEY}@rpc.example/v3/${KEY}?apikey=${KEY}`;

interface Call {
  readonly id: number;
  readonly method: string;
}

/** Answers each request's calls by `answer`; remembers the requests. */
function endpoint(answer: (calls: readonly Call[]) => unknown, status = 200) {
  const requests: (readonly Call[])[] = [];
  const fetchFunction = (async (_url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as Call | Call[];
    const calls = Array.isArray(body) ? body : [body];
    requests.push(calls);
    const text = JSON.stringify(answer(calls));
    return new Response(text, { status });
  }) as typeof fetch;
  return { requests, fetch: fetchFunction };
}

const echo = (calls: readonly Call[]) =>
  [...calls].reverse().map(({ id, method }) => ({ jsonrpc: "2.0", id, result: method }));

async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

test("calls of one turn travel together, in arrays that no provider refuses, each answer to its call", async () => {
  const { requests, fetch } = endpoint(echo);
  const rpc = createRpc({ url: "https://a.example", maxBatch: 3 }, { fetch });
  const methods = ["a", "b", "c", "d", "e", "f", "g"];
  const answers = await Promise.all(methods.map((method) => rpc.request(method, [])));
  expect(answers).toEqual(methods);
  expect(requests.map((calls) => calls.length)).toEqual([3, 3, 1]);
});

test("an error of one call leaves the others alone; a refusal of the whole array is everybody's", async () => {
  const error = { code: 3, message: "execution reverted", data: "0x1234" };
  const mixed = endpoint((calls) =>
    calls.map(({ id }) => (id === 0 ? { id, error } : { id, result: "ok" })),
  );
  const rpc = createRpc({ url: "https://a.example" }, mixed);
  const [bad, good] = await Promise.allSettled([rpc.request("x", []), rpc.request("y", [])]);
  expect(good).toEqual({ status: "fulfilled", value: "ok" });
  const { failure } = (bad as PromiseRejectedResult).reason as RpcError;
  expect(failure).toEqual({
    code: "RPC_REFUSED",
    method: "x",
    rpcCode: 3,
    reason: "execution reverted",
    data: "0x1234",
  });
  const whole = endpoint(() => ({ id: null, error: { code: -32600, message: "no batches" } }));
  const other = createRpc({ url: "https://a.example" }, whole);
  for (const end of await Promise.allSettled([other.request("x", []), other.request("y", [])])) {
    expect((end as PromiseRejectedResult).reason).toMatchObject({
      failure: { code: "RPC_REFUSED", reason: "no batches" },
    });
  }
});

test("a call without an answer, no JSON, and a status are failures with a code", async () => {
  const deaf = createRpc(
    { url: "https://a.example" },
    endpoint(() => []),
  );
  expect((await failureOf(deaf.request("x", []))).failure.code).toBe("RPC_UNREACHABLE");
  const broken = createRpc(
    { url: "https://a.example" },
    endpoint(() => ({}), 503),
  );
  expect((await failureOf(broken.request("x", []))).failure).toEqual({
    code: "RPC_HTTP_STATUS",
    url: "https://a.example",
    status: 503,
  });
  const fetchText = (async () => new Response("<html>")) as typeof fetch;
  const text = createRpc({ url: "https://a.example" }, { fetch: fetchText });
  expect((await failureOf(text.request("x", []))).failure.code).toBe("RPC_UNREACHABLE");
});

test("an endpoint that does not answer in time is a failure of its own", async () => {
  const never = ((_url: string, { signal }: RequestInit) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    })) as typeof fetch;
  const rpc = createRpc({ url: "https://a.example/x", timeoutMs: 5 }, { fetch: never });
  expect((await failureOf(rpc.request("x", []))).failure).toEqual({
    code: "RPC_TIMEOUT",
    url: "https://a.example",
    limitMs: 5,
  });
});

test("no error shows the key in a URL, whoever names it", async () => {
  const naming = (async (url: string) => {
    throw new TypeError("fetch failed", { cause: new Error(`cannot parse ${url}`) });
  }) as unknown as typeof fetch;
  const fetches = [naming, endpoint(() => ({}), 500).fetch, endpoint(() => []).fetch];
  for (const fetchFunction of fetches) {
    const rpc = createRpc({ url: URL_WITH_KEY }, { fetch: fetchFunction });
    const error = await failureOf(rpc.request("x", []));
    const cause = error.cause instanceof Error ? `${error.cause.message}${error.cause.cause}` : "";
    expect(
      `${error.message} ${error.stack} ${JSON.stringify(error.failure)} ${cause}`,
    ).not.toContain(KEY);
  }
});

test("a signal that is aborted ends its calls, and calls that ended leave nothing behind on it", async () => {
  const { fetch } = endpoint(echo);
  const rpc = createRpc({ url: "https://a.example" }, { fetch });
  const stop = new AbortController();
  let listening = 0;
  const { signal } = stop;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((...args: Parameters<typeof add>) => {
    listening += 1;
    add(...args);
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
    listening -= 1;
    remove(...args);
  }) as typeof signal.removeEventListener;
  for (let call = 0; call < 20; call += 1) await rpc.request("x", [], signal);
  expect(listening).toBe(0);
  const open = rpc.request("x", [], signal);
  stop.abort(new Error("enough"));
  await expect(open).rejects.toThrow("enough");
  await expect(rpc.request("x", [], signal)).rejects.toThrow("enough");
});
