import fc from "fast-check";
import { expect, test } from "vitest";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { effectOf, httpStep, jobOf, planOf } from "./broker.testing.ts";

// What leaves the node, letter by letter, when the sandbox is hostile, and when even the plan is.

const { ask, openBroker, serve, speak } = openBench();

/** A server that notes what it hears, and answers each piece of it. */
async function noting(): Promise<{ readonly origin: string; readonly heard: () => string }> {
  const heard: string[] = [];
  const origin = await speak((socket) => {
    socket.on("data", (chunk) => {
      heard.push(chunk.toString("latin1"));
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
  });
  return { origin, heard: () => heard.join("") };
}

test("headers that the sandbox forges never reach the wire", async () => {
  const { origin, heard } = await noting();
  const step = { headers: { "x-a": "${input.x}" }, timeoutMs: 200 };
  for (const value of [
    "1\r\nhost: evil",
    "1\nx: y",
    "1\r\n folded",
    "1\r\n\r\nGET /admin HTTP/1.1",
    "1\u010d\u010ax: y",
    "\0",
  ]) {
    const result = await ask(origin, { step, request: { headers: { "x-a": value } } });
    expect(result).toMatchObject({ status: 3, output: { error: { code: "NOT_PERMITTED" } } });
  }
  expect(heard()).toBe("");
});

test.each(["CONNECT", "TRACE", "TRACK", "OPTIONS", "PRI", "get", "GET /admin HTTP/1.1\r\nx:", ""])(
  "the method %j is refused, even where the plan has it",
  async (text) => {
    const { origin, heard } = await noting();
    const method = text as "GET";
    const result = await ask(origin, { step: { method }, request: { method } });
    expect(result).toMatchObject({ status: 3, output: { error: { code: "NOT_PERMITTED" } } });
    expect(heard()).toBe("");
  },
);

test.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const)(
  "the method %s is sent as it is",
  async (method) => {
    const { origin, heard } = await noting();
    expect(errorOf(await ask(origin, { step: { method, delivery: "repeatable" } }))).toBe(null);
    expect(heard()).toMatch(new RegExp(`^${method} /hook HTTP/1\\.1\\r\\n`));
  },
);

test.each([
  "host",
  "Host",
  "connection",
  "upgrade",
  "transfer-encoding",
  "Transfer-Encoding",
  "content-length",
  "te",
  "trailer",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "http2-settings",
  "accept-encoding",
  "idempotency-key",
  ":authority",
  "x-a\r\nhost",
  "x a",
  "",
])("the header %j is refused, even where the plan has it", async (name) => {
  const { origin, heard } = await noting();
  const headers = { [name]: "1" };
  const result = await ask(origin, { step: { headers }, request: { headers } });
  expect(result).toMatchObject({ status: 3, output: { error: { code: "NOT_PERMITTED" } } });
  expect(heard()).toBe("");
});

test.each([
  ["a line break", "/a\r\nx: y"],
  ["a request", "/a HTTP/1.1\r\nhost: evil\r\n\r\nGET /admin"],
  ["a tab", "/a\tb"],
  ["another host in front", "//evil.example.com/a"],
  ["a URL", "/http://evil.example.com/a"],
  ["letters beyond ASCII", "/\u010d\u010a\u{1f4a9}"],
])("a path with %s is one line to one host, even where the plan has it", async (_, path) => {
  const { origin, heard } = await noting();
  await ask(origin, { step: { url: `${origin}${path}` } });
  const lines = heard().split("\r\n");
  if (heard() !== "") expect(lines[0]).toMatch(/^GET \/[!-~]* HTTP\/1\.1$/);
  expect(lines.filter((line) => /^host:/i.test(line))).toEqual(
    heard() === "" ? [] : [`host: ${new URL(origin).host}`],
  );
  expect(lines.some((line) => /^x:/i.test(line))).toBe(false);
});

test("the fragment stays at home", async () => {
  const { origin, heard } = await noting();
  await ask(origin, { step: { url: `${origin}/a?b=c#secret` } });
  expect(heard()).toMatch(/^GET \/a\?b=c HTTP/);
  expect(heard()).not.toContain("secret");
});

test("a body is as long as it says, and no longer than allowed", async () => {
  const bodies: string[] = [];
  const origin = await serve(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(`${request.headers["content-length"]} ${request.headers["transfer-encoding"]}`);
    response.end(body);
  });
  const posted = (body: string) => {
    const step = { method: "POST", body: { type: "text", value: "${input.x}" } } as const;
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return ask(origin, { step, request: { body, headers }, options: { requestBytes: 12 } });
  };
  expect(await posted("ü".repeat(6))).toMatchObject({ output: { body: "üüüüüü" } });
  expect(bodies).toEqual(["12 undefined"]);
  for (const body of ["ü".repeat(6).concat("x"), "x".repeat(13)]) {
    expect(await posted(body)).toMatchObject({
      status: 3,
      output: { error: { code: "NOT_PERMITTED", message: "request of more than 12 bytes" } },
    });
  }
  expect(bodies).toHaveLength(1);
});

test("a body that looks like another request is a body", async () => {
  const requests: string[] = [];
  const origin = await serve(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    for await (const _ of request);
    response.end();
  });
  const body = "0\r\n\r\nGET /admin HTTP/1.1\r\nhost: x\r\n\r\n";
  const step = { method: "POST", body: { type: "text", value: "${input.x}" } } as const;
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const { broker, plan, effect } = openBroker(origin, { step, request: { body, headers } });
  const { handle } = broker.open(jobOf(plan));
  for (let times = 0; times < 2; times += 1) await handle(effect, never);
  expect(requests).toEqual(["POST /hook", "POST /hook"]);
});

test("no more tries are made than the plan has, whatever the sandbox counts", async () => {
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.end();
  });
  const { broker, plan, effect } = openBroker(origin, {
    step: { retry: { attempts: 2, backoffMs: 0 } },
  });
  const { handle } = broker.open(jobOf(plan));
  for (const number of [0, -1, 1.5, 3, Number.NaN, 2 ** 53]) {
    expect(errorOf(await handle({ ...effect, try: number }, never))?.code).toBe("NOT_PERMITTED");
  }
  for (const number of [1, 2]) {
    expect(errorOf(await handle({ ...effect, try: number }, never))).toBe(null);
  }
  expect(hits).toBe(2);
});

test("whatever a hostile sandbox and a hostile plan ask for, one request of the plan's own shape is heard", {
  timeout: 60_000,
}, async () => {
  const { origin, heard } = await noting();
  const { broker } = openBroker(origin);
  const odd = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("\r\nhost: evil", "a\nb", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "chunked", "1, 1"),
  );
  const name = fc.oneof(odd, fc.constantFrom("x-a", "Content-Length", "transfer-encoding", "Host"));
  let before = 0;
  await fc.assert(
    fc.asyncProperty(odd, name, odd, odd, async (path, header, value, text) => {
      const headers = { [header]: value };
      const step = httpStep({
        url: `${origin}/`,
        method: "POST",
        headers,
        body: { type: "text", value: "${input.x}" },
      });
      const plan = planOf({ ...step, url: `${origin}/${path}` });
      const request = {
        url: `${origin}/${path}`,
        headers: { "content-type": "text/plain; charset=utf-8", ...headers },
        body: text,
      };
      const { handle } = broker.open(jobOf(plan));
      const result = await handle(effectOf(plan, 0, request), never).catch(() => null);
      const wire = heard().slice(before);
      before += wire.length;
      if (wire === "") {
        expect(result === null || errorOf(result) !== null).toBe(true);
        return;
      }
      const [head, ...rest] = wire.split("\r\n\r\n");
      const [line, ...lines] = head!.split("\r\n");
      expect(line).toMatch(/^POST \/[!-~]* HTTP\/1\.1$/);
      const names = lines.map((each) => each.slice(0, each.indexOf(":")).toLowerCase());
      const own = ["accept-encoding", "connection", "content-length", "content-type", "host"];
      expect(names.toSorted()).toEqual(
        [...own, "idempotency-key", header.toLowerCase()].toSorted(),
      );
      expect(Buffer.from(rest.join("\r\n\r\n"), "latin1").toString()).toBe(
        Buffer.from(text).toString(),
      );
    }),
    { numRuns: 200 },
  );
  expect(before).toBeGreaterThan(0);
});
