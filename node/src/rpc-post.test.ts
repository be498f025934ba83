import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createRpc, type RpcError } from "@deed/sdk";
import { afterEach, expect, test, vi } from "vitest";
import { makeCertificate } from "./broker/certificate.testing.ts";
import { openRpcPost, type RpcPost } from "./rpc-post.ts";

const opened: { server: Server | null; post: RpcPost | null } = { server: null, post: null };

afterEach(async () => {
  opened.post?.close();
  opened.server?.closeAllConnections();
  opened.server?.close();
});

const MOST_BYTES = 10_000;

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.server = server;
  opened.post = openRpcPost({ maxBytes: MOST_BYTES });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1?key=secret`;
  return { url, post: opened.post.post };
}

/** Answers a call with its method. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { id, method } = JSON.parse(text) as { id: number; method: string };
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result: `${request.url} ${method}` }));
}

test("calls one after the other go over one connection, to the path of the endpoint", async () => {
  const sockets = new Set<unknown>();
  const { url, post } = await serve((request, response) => {
    sockets.add(request.socket);
    void echo(request, response);
  });
  const rpc = createRpc({ url }, { post });
  for (const method of ["a", "b", "c"]) {
    expect(await rpc.request(method, [])).toBe(`/v1?key=secret ${method}`);
  }
  expect(sockets.size).toBe(1);
});

test("a connection that the endpoint closed while it rested costs no call", async () => {
  const { url, post } = await serve((request, response) => {
    void echo(request, response).then(() => {
      // Without saying so beforehand, as soon as something comes again.
      request.socket.once("data", () => request.socket.resetAndDestroy());
    });
  });
  const rpc = createRpc({ url }, { post });
  await rpc.request("a", []);
  expect(await rpc.request("b", [])).toContain("b");
});

test("silence, a refusal and an absent endpoint are told apart, and none tells the key in the URL", async () => {
  const { url, post } = await serve((request, response) => {
    if (request.url === "/refused") response.writeHead(503).end("secret");
  });
  const { origin } = new URL(url);
  const failureOf = async (at: string): Promise<unknown> => {
    const rpc = createRpc({ url: at, timeoutMs: 50 }, { post });
    const error = await rpc.request("a", []).catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toContain("secret");
    return (error as RpcError).failure;
  };
  expect(await failureOf(url)).toEqual({ code: "RPC_TIMEOUT", url: origin, limitMs: 50 });
  expect(await failureOf(`${origin}/refused`)).toEqual({
    code: "RPC_HTTP_STATUS",
    url: origin,
    status: 503,
  });
  opened.server?.closeAllConnections();
  opened.server?.close();
  expect(await failureOf(url)).toMatchObject({ code: "RPC_UNREACHABLE" });
});

test("an answer beyond the cap is not read to its end, and the next call is answered", async () => {
  let sent = 0;
  const { url, post } = await serve((request, response) => {
    if (request.headers["content-length"] !== "5") return void echo(request, response);
    const more = (): void => {
      if (response.destroyed || sent > 1_000 * MOST_BYTES) return void response.end();
      sent += MOST_BYTES;
      response.write("x".repeat(MOST_BYTES), more);
    };
    more();
  });
  await expect(post(url, "large", 10_000)).rejects.toThrow(`more than ${MOST_BYTES} bytes`);
  expect(sent).toBeLessThan(1_000 * MOST_BYTES);
  expect(await createRpc({ url }, { post }).request("after", [])).toBe("/v1?key=secret after");
});

test("an endpoint's certificate is verified, whatever the environment says", async () => {
  const { key, cert } = await makeCertificate({ hosts: ["127.0.0.1"] });
  let calls = 0;
  const server = createTlsServer({ key, cert }, (request, response) => {
    calls += 1;
    void echo(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.server = server;
  opened.post = openRpcPost();
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  try {
    await expect(opened.post.post(url, "{}", 5_000)).rejects.toThrow("self-signed certificate");
  } finally {
    vi.unstubAllEnvs();
  }
  expect(calls).toBe(0);
});

test("an endpoint of an authority that the operator named is called by TLS 1.3, by 1.2 only where that is allowed", async () => {
  const { key, cert } = await makeCertificate({ hosts: ["127.0.0.1"] });
  const server = createTlsServer({ key, cert, maxVersion: "TLSv1.2" }, (request, response) => {
    void echo(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.server = server;
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const call = JSON.stringify({ id: 1, method: "a" });
  opened.post = openRpcPost({ tls: { ownCaPem: cert, least: "1.3" } });
  await expect(opened.post.post(url, call, 5_000)).rejects.toThrow("alert protocol version");
  opened.post.close();
  opened.post = openRpcPost({ tls: { ownCaPem: cert, least: "1.2" } });
  expect(await opened.post.post(url, call, 5_000)).toMatchObject({ status: 200 });
});
