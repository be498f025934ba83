import type { OutgoingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { errorOf, openBench } from "./bench.testing.ts";

// No redirect is followed: where it leads is an answer, and another origin is another thing to sign. So no hop has to be
// judged, and no credential, body or method can go along.

const { ask, serve } = openBench();

interface Hit {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
}

async function inside(): Promise<{ readonly origin: string; readonly hits: readonly Hit[] }> {
  const hits: Hit[] = [];
  const origin = await serve((request, response) => {
    hits.push({ url: request.url ?? "", headers: request.headers });
    response.end("inside");
  });
  return { origin, hits };
}

const STATUSES = [300, 301, 302, 303, 305, 307, 308] as const;

test.each(STATUSES)("a redirect by %s is an answer and is not followed", async (status) => {
  const there = await inside();
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.writeHead(status, { location: `${there.origin}/admin` }).end("elsewhere");
  });
  const options = { privateOrigins: new Set([origin, there.origin]) };
  expect(await ask(origin, { options })).toMatchObject({
    status: 0,
    output: { status, body: "elsewhere" },
  });
  expect(hits).toBe(1);
  expect(there.hits).toEqual([]);
});

test.each<[string, (origin: string) => string]>([
  ["the same path", () => "/hook"],
  ["another path", () => "/other"],
  ["a path beside it", () => "other"],
  ["nothing", () => ""],
  ["the same scheme at another host", () => "//169.254.169.254/latest/meta-data/"],
  ["a private address", () => "http://10.0.0.1/"],
  ["loopback as a number", () => "http://2130706433/"],
  ["loopback of IPv6", () => "http://[::1]/"],
  ["TLS", (origin) => origin.replace("http:", "https:")],
  ["a file", () => "file:///etc/passwd"],
  ["data", () => "data:text/plain,evil"],
  ["another user", (origin) => origin.replace("//", "//admin:secret@")],
  ["letters beyond ASCII", () => "/\u00fc"],
])("a redirect to %s is not followed either", async (_, location) => {
  let hits = 0;
  const origin: string = await serve((_request, response) => {
    hits += 1;
    response.writeHead(302, { location: Buffer.from(location(origin)).toString("latin1") }).end();
  });
  expect(await ask(origin)).toMatchObject({ status: 0, output: { status: 302 } });
  expect(hits).toBe(1);
});

test("what leads elsewhere by other headers is not followed", async () => {
  const there = await inside();
  const origin = await serve((_request, response) => {
    response.setHeader("refresh", `0; url=${there.origin}/`);
    response.setHeader("content-location", `${there.origin}/`);
    response.setHeader("alt-svc", `h2="${new URL(there.origin).host}"`);
    response.setHeader("link", `<${there.origin}/>; rel=preload`);
    response.end("here");
  });
  const options = { privateOrigins: new Set([origin, there.origin]) };
  for (let times = 0; times < 2; times += 1) {
    expect(await ask(origin, { options })).toMatchObject({ output: { body: "here" } });
  }
  expect(there.hits).toEqual([]);
});

test("neither credentials nor a body go along with a redirect that keeps the method", async () => {
  const there = await inside();
  for (const status of [307, 308]) {
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { location: `${there.origin}/steal` }).end();
    });
    const headers = { authorization: "Bearer secret" };
    const result = await ask(origin, {
      options: { privateOrigins: new Set([origin, there.origin]) },
      step: { method: "POST", headers, body: { type: "text", value: "amount=1" } },
      request: {
        headers: { ...headers, "content-type": "text/plain; charset=utf-8" },
        body: "amount=1",
      },
    });
    expect(result).toMatchObject({ status: 0, output: { status } });
  }
  expect(there.hits).toEqual([]);
});

test("a loop of redirects is one answer", async () => {
  let hits = 0;
  const origin: string = await serve((request, response) => {
    hits += 1;
    response.writeHead(302, { location: `${origin}${request.url}x` }).end();
  });
  expect(errorOf(await ask(origin))).toBe(null);
  expect(hits).toBe(1);
});
