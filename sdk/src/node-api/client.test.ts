import { describe, expect, test } from "vitest";
import { connectNodeApi, type NodeApi } from "./client.ts";
import { intentSubmission } from "./messages.ts";
import { NodeApiError, type NodeApiFailure } from "./node-api-error.ts";
import { count, exactly, fields, listOf, nullable, oneOf, text, word } from "./shape.ts";

const url = "http://node.example";
const hash = `0x${"ab".repeat(32)}` as const;

function clientOf(answer: () => Response | Promise<Response>, timeoutMs = 1_000): NodeApi {
  return connectNodeApi({ url, timeoutMs }, { fetch: async () => answer() });
}

async function failureOf(call: Promise<unknown>): Promise<NodeApiFailure> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof NodeApiError) return error.failure;
  throw new Error(`no NodeApiError: ${String(error)}`);
}

describe("what comes from a node is read at the edge", () => {
  test("an answer of another shape is none", async () => {
    const client = clientOf(() => Response.json({ status: "splendid", head: 1 }));
    expect(await failureOf(client.health())).toEqual({
      code: "NODE_BAD_ANSWER",
      url,
      path: "/healthz",
    });
    const html = clientOf(() => new Response("<html>"));
    expect((await failureOf(html.health())).code).toBe("NODE_BAD_ANSWER");
    const proxy = clientOf(() => new Response("bad gateway", { status: 502 }));
    expect((await failureOf(proxy.health())).code).toBe("NODE_BAD_ANSWER");
  });

  test("more fields than this version knows do no harm", async () => {
    const none = { sandbox: null, claimsBarred: null, contradictingNodes: [] };
    const health = { status: "ok", head: 1, ...none };
    const client = clientOf(() => Response.json({ ...health, more: true }));
    expect(await client.health()).toMatchObject({ status: "ok", head: 1 });
  });

  test("a refusal keeps the node's code; not found is an answer where one may ask", async () => {
    const error = { code: "INTENT_UNKNOWN", message: "m", remedy: "r" };
    const client = clientOf(() => Response.json({ error }, { status: 404 }));
    expect(await client.intent(hash)).toBe(null);
    expect(await failureOf(client.info())).toEqual({
      code: "NODE_REFUSED",
      status: 404,
      reason: "INTENT_UNKNOWN",
      message: "m",
      remedy: "r",
      retryAfterMs: null,
    });
    const headers = { "retry-after": "3" };
    const busy = clientOf(() => Response.json({ error }, { status: 429, headers }));
    expect(await failureOf(busy.info())).toMatchObject({ status: 429, retryAfterMs: 3_000 });
  });

  test("nobody there, too slow, and given up are told apart", async () => {
    const nobody = clientOf(() => Promise.reject(new TypeError("fetch failed")));
    expect((await failureOf(nobody.info())).code).toBe("NODE_UNREACHABLE");
    const slow = connectNodeApi(
      { url, timeoutMs: 5 },
      {
        fetch: (_input, init) =>
          new Promise((_, reject) => {
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
      },
    );
    expect((await failureOf(slow.info())).code).toBe("NODE_TIMEOUT");
    const reason = new Error("given up");
    await expect(slow.info(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

test("a tail's events come whole however the stream is cut", async () => {
  const stream =
    ': hello\n\nretry: 5\n\nid: 4-1\nevent: Recorded\ndata: {"a":\ndata: 1}\n\nid: 5-0\nevent: X\ndata: 2\n\n';
  for (let size = 1; size <= stream.length; size += 7) {
    const bytes = new TextEncoder().encode(stream);
    const body = new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += size) {
          controller.enqueue(bytes.slice(at, at + size));
        }
        controller.close();
      },
    });
    const seen: unknown[] = [];
    const { signal } = new AbortController();
    for await (const event of clientOf(() => new Response(body)).tail({ signal })) seen.push(event);
    expect(seen).toEqual([
      { id: "4-1", name: "Recorded", fact: { a: 1 } },
      { id: "5-0", name: "X", fact: 2 },
    ]);
  }
});

describe("shapes", () => {
  interface Row {
    readonly hash: string;
    readonly kind: "a" | "b";
    readonly no: number | null;
    readonly names: readonly string[];
  }
  const shapes = {
    hash: word,
    kind: oneOf(["a", "b"]),
    no: nullable(count),
    names: listOf(text, 2),
  };
  const row = fields<Row>(shapes);
  const good = { hash, kind: "a", no: null, names: ["x"] };

  test("accept what they describe and nothing else", () => {
    expect(row.accepts(good)).toBe(true);
    expect(row.accepts({ ...good, no: 2 ** 53 })).toBe(false);
    expect(row.accepts({ ...good, kind: "c" })).toBe(false);
    expect(row.accepts({ ...good, hash: hash.toUpperCase() })).toBe(false);
    expect(row.accepts({ ...good, names: ["x", "y", "z"] })).toBe(false);
    expect(row.accepts({ ...good, names: undefined })).toBe(false);
    expect(row.accepts([good])).toBe(false);
  });

  test("of requests refuse fields that nobody reads", () => {
    expect(exactly<Row>(shapes).accepts(good)).toBe(true);
    expect(exactly<Row>(shapes).accepts({ ...good, more: 1 })).toBe(false);
    expect(intentSubmission.accepts({})).toBe(false);
  });
});
