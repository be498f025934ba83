import { once as event } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { errorOf, never, openBench, type Setting } from "./bench.testing.ts";
import { EXECUTION_ID, jobOf } from "./broker.testing.ts";
import { ClaimMemory } from "./once.ts";

const { ask, closing, openBroker, serve, speak } = openBench();

const ONCE_AND_AGAIN = { delivery: "once", retry: { attempts: 2, backoffMs: 0 } } as const;

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

test("a once request that broke after it began is indeterminate, and is not sent again", async () => {
  let hits = 0;
  const origin = await speak((socket) =>
    socket.once("data", () => {
      hits += 1;
      socket.resetAndDestroy();
    }),
  );
  const { broker, plan, effect } = openBroker(origin, { step: ONCE_AND_AGAIN });
  const { handle } = broker.open(jobOf(plan));
  expect(await handle(effect, never)).toMatchObject({
    status: 2,
    output: { error: { code: "INVALID_RESPONSE" } },
  });
  expect(await handle({ ...effect, try: 2 }, never)).toMatchObject({ status: 2 });
  expect(hits).toBe(1);
});

test("a once request of which nothing left may be tried again", async () => {
  const port = Number(new URL(await serve(() => undefined)).port);
  await closing.pop()?.();
  const origin = `http://127.0.0.1:${port}`;
  const { broker, plan, effect } = openBroker(origin, { step: ONCE_AND_AGAIN });
  const { handle } = broker.open(jobOf(plan));
  expect(await handle(effect, never)).toMatchObject({
    status: 1,
    output: { error: { code: "UNREACHABLE" } },
  });
  const server = createServer((_request, response) => response.end("now"));
  server.listen(port, "127.0.0.1");
  await event(server, "listening");
  closing.push(() => server.close());
  expect(await handle({ ...effect, try: 2 }, never)).toMatchObject({
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
  const result = await ask(origin, { ...setting, step: ONCE_AND_AGAIN });
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

test("times never go back, though the clock does", async () => {
  const origin = await serve((_request, response) => void response.end());
  const times = [5_000, 4_000, 3_000, 6_000];
  const { broker, plan, effect } = openBroker(origin, {
    collaborators: { clock: { nowMs: () => times.shift() ?? 7_000 } },
  });
  const result = await broker.open(jobOf(plan)).handle(effect, never);
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
