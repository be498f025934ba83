import { once as event } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import type { EffectResult } from "@deed/protocol/runtime";
import { afterEach, expect, test } from "vitest";
import { EXECUTION_ID, effectOf, httpStep, jobOf, planOf, testBroker } from "./broker.testing.ts";
import type { Broker, BrokerCollaborators, BrokerOptions } from "./broker.ts";
import type { BrokerJob, HttpEffect } from "./job.ts";
import { ClaimMemory } from "./once.ts";
import { selfSigned } from "./self-signed.testing.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const signal = new AbortController().signal;

async function listen(server: Server, scheme = "http"): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await event(server, "listening");
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

/** A server that speaks bytes, not HTTP. */
const speak = (talk: (socket: Socket) => void): Promise<string> =>
  listen(
    createTcpServer((socket) => {
      socket.on("error", () => undefined);
      talk(socket);
    }),
  );

interface Setting {
  readonly step?: Partial<HttpStep>;
  readonly options?: Partial<BrokerOptions>;
  readonly collaborators?: Partial<BrokerCollaborators>;
  readonly job?: Partial<BrokerJob>;
  readonly request?: Partial<HttpEffect["request"]>;
}

function openBroker(
  origin: string,
  setting: Setting,
): { broker: Broker; plan: Plan; effect: HttpEffect } {
  const plan = planOf(httpStep({ url: `${origin}/hook`, ...setting.step }));
  const broker = testBroker(
    { privateOrigins: new Set([origin]), ...setting.options },
    setting.collaborators,
  );
  closing.push(() => broker.close());
  return { broker, plan, effect: effectOf(plan, 0, setting.request) };
}

async function ask(origin: string, setting: Setting = {}): Promise<EffectResult> {
  const { broker, plan, effect } = openBroker(origin, setting);
  return broker.open(jobOf(plan, setting.job)).handle(effect, signal);
}

const errorOf = (result: EffectResult) => ("error" in result.output ? result.output.error : null);

test("a request of the plan is sent as it stands, with its idempotency key, and answered", async () => {
  let seen: IncomingMessage | undefined;
  let body = "";
  const origin = await serve(async (request, response) => {
    seen = request;
    for await (const chunk of request) body += chunk;
    response.setHeader("x-answer", "42").setHeader("content-type", "text/plain");
    response.end("grüß");
  });
  const step = {
    method: "POST",
    body: { type: "text", value: "hi" },
    headers: { "x-a": "1" },
  } as const;
  const request = {
    body: "hi",
    headers: { "x-a": "1", "content-type": "text/plain; charset=utf-8" },
  };
  const result = await ask(origin, { step, request });
  expect(result).toMatchObject({
    status: 0,
    anchor: { number: 7 },
    output: { status: 200, body: "grüß" },
  });
  expect(result.output).toMatchObject({ headers: { "content-type": "text/plain" } });
  expect(result.output).not.toMatchObject({ headers: { "x-answer": "42" } });
  expect(result.endedMs).toBeGreaterThanOrEqual(result.startedMs);
  expect(body).toBe("hi");
  expect(seen?.method).toBe("POST");
  expect(seen?.headers["accept-encoding"]).toBe("identity");
  expect(seen?.headers["idempotency-key"]).toMatch(/^0x[0-9a-f]{64}$/);
});

test("loopback is refused without the operator's permission, as a literal and by name", async () => {
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.end();
  });
  const options = { privateOrigins: new Set<string>() };
  expect(errorOf(await ask(origin, { options }))?.code).toBe("ADDRESS_REFUSED");
  const named = origin.replace("127.0.0.1", "localhost");
  expect(errorOf(await ask(named, { options }))?.code).toBe("ADDRESS_REFUSED");
  expect(hits).toBe(0);
});

test("a name that leads to one inner address among public ones is refused", async () => {
  const result = await ask("http://rebind.example.com", {
    options: { privateOrigins: new Set() },
    collaborators: {
      resolve: (_name, _options, callback) =>
        callback(null, [
          { address: "93.184.216.34", family: 4 },
          { address: "10.0.0.7", family: 4 },
        ]),
    },
  });
  expect(result).toMatchObject({ status: 1, output: { error: { code: "ADDRESS_REFUSED" } } });
});

test("a redirect is a response and is not followed", async () => {
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  });
  const result = await ask(origin);
  expect(result.output).toMatchObject({ status: 302 });
  expect(hits).toBe(1);
});

test("a body beyond the cap is refused", async () => {
  const origin = await serve((_request, response) => {
    response.end("x".repeat(2_000));
  });
  const result = await ask(origin, { options: { responseBytes: 1_000 } });
  expect(result).toMatchObject({ status: 1, output: { error: { code: "BODY_TOO_LARGE" } } });
});

test("an endless body ends at the cap", async () => {
  const origin = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const more = (): void => {
      while (!socket.destroyed && socket.write(`1000\r\n${"y".repeat(4096)}\r\n`));
    };
    socket.on("drain", more);
    more();
  });
  expect(errorOf(await ask(origin))?.code).toBe("BODY_TOO_LARGE");
});

test("a compressed body is not unpacked", async () => {
  const origin = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end("bomb");
  });
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("too many or too large headers are refused", async () => {
  const many = await serve((_request, response) => {
    for (let i = 0; i < 200; i += 1) response.setHeader(`x-${i}`, "1");
    response.end();
  });
  expect(errorOf(await ask(many))?.code).toBe("INVALID_RESPONSE");
  const large = await serve((_request, response) => {
    response.setHeader("x-large", "z".repeat(20_000)).end();
  });
  expect(errorOf(await ask(large))?.code).toBe("INVALID_RESPONSE");
});

test("something that is not HTTP is an invalid response", async () => {
  const origin = await speak((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("a server that never answers, or drips, meets the deadline", async () => {
  const silent = await speak(() => undefined);
  const step = { timeoutMs: 150 };
  expect(errorOf(await ask(silent, { step }))?.code).toBe("TIMEOUT");
  const dripping = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
    const drip = setInterval(() => socket.write("."), 20);
    socket.on("close", () => clearInterval(drip));
  });
  expect(errorOf(await ask(dripping, { step }))?.code).toBe("TIMEOUT");
});

test("a half-closed and a reset connection are an invalid response, not a crash", async () => {
  const half = await speak((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")),
  );
  expect(errorOf(await ask(half))?.code).toBe("INVALID_RESPONSE");
  const reset = await speak((socket) => socket.once("data", () => socket.resetAndDestroy()));
  expect(errorOf(await ask(reset))?.code).toBe("INVALID_RESPONSE");
});

test("a wrong certificate is a TLS error; the operator's authority makes it right", async () => {
  const { key, cert } = await selfSigned("127.0.0.1");
  const origin = await listen(
    createTlsServer({ key, cert }, (_request, response) => response.end("safe")),
    "https",
  );
  expect(errorOf(await ask(origin))?.code).toBe("TLS");
  expect(await ask(origin, { options: { extraCa: cert } })).toMatchObject({
    output: { body: "safe" },
  });
  const other = await selfSigned("other.example.com");
  const wrongName = await listen(
    createTlsServer({ key: other.key, cert: other.cert }, (_request, response) => response.end()),
    "https",
  );
  expect(errorOf(await ask(wrongName, { options: { extraCa: other.cert } }))?.code).toBe("TLS");
});

test("an origin leads where the operator says; the certificate must be its name's all the same", async () => {
  const { key, cert } = await selfSigned("api.example.com");
  const hosts: string[] = [];
  const local = await listen(
    createTlsServer({ key, cert }, (request, response) => {
      hosts.push(request.headers.host ?? "");
      response.end("here");
    }),
    "https",
  );
  const place = { host: "127.0.0.1", port: Number(new URL(local).port) };
  const led = (origin: string, extraCa: string | null) =>
    ask(origin, { options: { extraCa, targets: new Map([[origin, place]]) } });
  expect(await led("https://api.example.com", cert)).toMatchObject({ output: { body: "here" } });
  expect(hosts).toEqual(["api.example.com"]);
  expect(errorOf(await led("https://api.example.com", null))?.code).toBe("TLS");
  expect(errorOf(await led("https://other.example.com", cert))?.code).toBe("TLS");
});

test("a once request that broke after it began is indeterminate, and is not sent again", async () => {
  let hits = 0;
  const origin = await speak((socket) =>
    socket.once("data", () => {
      hits += 1;
      socket.resetAndDestroy();
    }),
  );
  const { broker, plan, effect } = openBroker(origin, { step: { delivery: "once" } });
  const { handle } = broker.open(jobOf(plan));
  expect(await handle(effect, signal)).toMatchObject({
    status: 2,
    output: { error: { code: "INVALID_RESPONSE" } },
  });
  expect(await handle({ ...effect, try: 2 }, signal)).toMatchObject({ status: 2 });
  expect(hits).toBe(1);
});

test("a once request of which nothing left may be tried again", async () => {
  const port = Number(new URL(await serve(() => undefined)).port);
  await closing.pop()?.();
  const origin = `http://127.0.0.1:${port}`;
  const { broker, plan, effect } = openBroker(origin, { step: { delivery: "once" } });
  const { handle } = broker.open(jobOf(plan));
  expect(await handle(effect, signal)).toMatchObject({
    status: 1,
    output: { error: { code: "UNREACHABLE" } },
  });
  const server = createServer((_request, response) => response.end("now"));
  server.listen(port, "127.0.0.1");
  await event(server, "listening");
  closing.push(() => server.close());
  expect(await handle({ ...effect, try: 2 }, signal)).toMatchObject({
    status: 0,
    output: { body: "now" },
  });
});

test.each([
  ["a process that did not make the claim", { collaborators: { once: new ClaimMemory() } }],
  ["a later attempt", { job: { attempt: 2 } }],
])("%s sends no once request", async (_name, setting: Setting) => {
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.end();
  });
  const result = await ask(origin, { ...setting, step: { delivery: "once" } });
  expect(result).toMatchObject({ status: 2, output: { error: { code: "INDETERMINATE" } } });
  expect(hits).toBe(0);
});

test("a refusal stops every effect", async () => {
  const refusal = () => ({ code: "LEASE_OVER", message: "over" }) as const;
  const result = await ask("http://127.0.0.1:9", { job: { refusal } });
  expect(result).toMatchObject({ status: 3, output: { error: { code: "LEASE_OVER" } } });
});

test("a wrong idempotency key is refused", async () => {
  const result = await ask("http://127.0.0.1:9", { request: { idempotencyKey: EXECUTION_ID } });
  expect(result).toMatchObject({ status: 3, output: { error: { code: "NOT_PERMITTED" } } });
});

test("no intent uses a connection of another", async () => {
  const ports: number[] = [];
  const origin = await serve((request, response) => {
    ports.push(request.socket.remotePort ?? 0);
    response.end();
  });
  const { broker, plan, effect } = openBroker(origin, {});
  const one = broker.open(jobOf(plan));
  const other = broker.open(jobOf(plan, { intentHash: `0x${"44".repeat(32)}` }));
  for (const { handle } of [one, one, one, other, other, other]) await handle(effect, signal);
  const ofOne = ports.slice(0, 3);
  expect(new Set(ofOne).size).toBeLessThan(3);
  expect(ports.slice(3).some((port) => ofOne.includes(port))).toBe(false);
});

test("an origin gets no more than its rate; who waits too long is told so", async () => {
  const origin = await serve((_request, response) => void response.end());
  const rate = { perSecond: 0.1, burst: 2, concurrent: 8, waiting: 8 };
  const { broker, plan, effect } = openBroker(origin, {
    options: { rate },
    step: { timeoutMs: 200 },
  });
  const { handle } = broker.open(jobOf(plan));
  const results = await Promise.all([1, 2, 3].map(() => handle(effect, signal)));
  expect(results.map((result) => result.status).sort()).toEqual([0, 0, 1]);
  expect(results.map(errorOf)).toContainEqual(expect.objectContaining({ code: "RATE_LIMITED" }));
});

test("times never go back, though the clock does", async () => {
  const origin = await serve((_request, response) => void response.end());
  const times = [5_000, 4_000, 3_000, 6_000];
  const { broker, plan, effect } = openBroker(origin, {
    collaborators: { clock: { nowMs: () => times.shift() ?? 7_000 } },
  });
  const result = await broker.open(jobOf(plan)).handle(effect, signal);
  expect(result.endedMs).toBeGreaterThanOrEqual(result.startedMs);
});

test("an abort ends the wait and gives no result", async () => {
  const origin = await speak(() => undefined);
  const { broker, plan, effect } = openBroker(origin, {});
  const abort = new AbortController();
  const waiting = broker.open(jobOf(plan)).handle(effect, abort.signal);
  abort.abort();
  await expect(waiting).rejects.toThrow();
});

test("headers that never end, and interim answers that never end, meet their limits", async () => {
  const endless = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const more = setInterval(() => socket.write(`x-${Math.random()}: ${"z".repeat(4_000)}\r\n`), 1);
    socket.on("close", () => clearInterval(more));
  });
  expect(errorOf(await ask(endless))?.code).toBe("INVALID_RESPONSE");
  const interim = await speak((socket) => {
    const more = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"), 1);
    socket.on("close", () => clearInterval(more));
  });
  expect(errorOf(await ask(interim, { step: { timeoutMs: 200 } }))?.code).toBe("TIMEOUT");
});

test("a chunk that claims to be huge, and two lengths that differ, are no response", async () => {
  const huge = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nx");
  });
  expect(errorOf(await ask(huge, { step: { timeoutMs: 500 } }))?.code).toMatch(
    /^(INVALID_RESPONSE|TIMEOUT|BODY_TOO_LARGE)$/,
  );
  const two = await speak((socket) => {
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab");
  });
  expect(errorOf(await ask(two))?.code).toBe("INVALID_RESPONSE");
});

test("what a server says behind its answer is never the answer to the next request", async () => {
  const origin = await speak((socket) => {
    socket.on("data", () => {
      const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n${text}`;
      socket.write(`${answer("true")}${answer("evil")}`);
    });
  });
  const { broker, plan, effect } = openBroker(origin, {});
  const { handle } = broker.open(jobOf(plan));
  for (let times = 0; times < 4; times += 1) {
    const result = await handle(effect, signal);
    const isTrue = "body" in result.output && result.output.body === "true";
    // Or the connection is given up, as it should be with a server that does so.
    expect(isTrue || errorOf(result)?.code === "INVALID_RESPONSE").toBe(true);
  }
});

test("compressed bombs of every kind are refused before their first byte is unpacked", async () => {
  for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, gzip", "GZIP", "x-gzip"]) {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding });
      const more = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
      response.on("close", () => clearInterval(more));
    });
    expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
  }
});

test("headers that the sandbox forges never reach the wire", async () => {
  const lines: string[] = [];
  const origin = await speak((socket) => {
    socket.on("data", (chunk) => lines.push(chunk.toString("latin1")));
  });
  const step = { headers: { "x-a": "${input.x}" }, timeoutMs: 200 };
  for (const value of [
    "1\r\nhost: evil",
    "1\nx: y",
    "1\r\n\r\nGET /admin HTTP/1.1",
    "1\u010d\u010ax: y",
    "\0",
  ]) {
    const result = await ask(origin, { step, request: { headers: { "x-a": value } } });
    expect(result).toMatchObject({ status: 3, output: { error: { code: "NOT_PERMITTED" } } });
  }
  expect(lines).toEqual([]);
});

test("neither cookies nor anything else of an answer is in the next request", async () => {
  const seen: (string | undefined)[] = [];
  const origin = await serve((request, response) => {
    seen.push(request.headers.cookie ?? request.headers.authorization);
    response.setHeader("set-cookie", "session=1; Path=/").end();
  });
  const { broker, plan, effect } = openBroker(origin, {});
  const { handle } = broker.open(jobOf(plan));
  await handle(effect, signal);
  await handle(effect, signal);
  expect(seen).toEqual([undefined, undefined]);
});
