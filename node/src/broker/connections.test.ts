import { createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { effectOf, httpStep, jobOf, planOf } from "./broker.testing.ts";

const { ask, closing, listen, openBroker, serve, speak } = openBench();

const OTHER_INTENT: Hex = `0x${"44".repeat(32)}`;

const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

/** Until it holds; the test's own time is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

/** A server that counts its connections and says on which one a request came. */
async function counting(): Promise<{ origin: string; connections: () => number }> {
  const numbers = new Map<Socket, number>();
  const origin = await serve((request, response) => {
    const { socket } = request;
    numbers.set(socket, numbers.get(socket) ?? numbers.size + 1);
    response.end(String(numbers.get(socket)));
  });
  return { origin, connections: () => numbers.size };
}

test("two intents that take turns have a connection each, and keep it", async () => {
  const { origin, connections } = await counting();
  const { broker, plan, effect } = openBroker(origin);
  const one = broker.open(jobOf(plan));
  const other = broker.open(jobOf(plan, { intentHash: OTHER_INTENT }));
  const numbers: string[] = [];
  for (const { handle } of [one, other, one, other, other, one]) {
    const { output } = await handle(effect, never);
    numbers.push("body" in output ? output.body : "");
  }
  expect(numbers).toEqual(["1", "2", "1", "2", "2", "1"]);
  expect(connections()).toBe(2);
});

test("many requests of two intents at once never share a connection between the two", async () => {
  const byIntent = new Map<string, Set<Socket>>();
  const origin = await serve((request, response) => {
    const intent = request.url ?? "";
    byIntent.set(intent, (byIntent.get(intent) ?? new Set()).add(request.socket));
    setImmediate(() => response.end());
  });
  const steps = ["/one", "/other"].map((path) => httpStep({ url: `${origin}${path}` }));
  const { broker } = openBroker(origin);
  const plan = planOf(...steps);
  const doors = [jobOf(plan), jobOf(plan, { intentHash: OTHER_INTENT })].map((job) =>
    broker.open(job),
  );
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        doors[index % 2]!.handle(effectOf(plan, index % 2), never),
      ),
    );
  }
  const [one, other] = [byIntent.get("/one")!, byIntent.get("/other")!];
  expect(one.size + other.size).toBeGreaterThan(2);
  expect([...one].filter((socket) => other.has(socket))).toEqual([]);
});

test("a name is asked for anew by each intent", async () => {
  const { origin } = await counting();
  const named = origin.replace("127.0.0.1", "name.example.com");
  const questions: string[] = [];
  const { broker, plan, effect } = openBroker(named, {
    collaborators: {
      resolve: (name, options, callback) => {
        questions.push(name);
        if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
        else callback(null, "127.0.0.1", 4);
      },
    },
  });
  for (const intentHash of [OTHER_INTENT, jobOf(plan).intentHash]) {
    const { handle } = broker.open(jobOf(plan, { intentHash }));
    for (let times = 0; times < 2; times += 1) await handle(effect, never);
  }
  expect(questions).toEqual(["name.example.com", "name.example.com"]);
});

test("a request that may run at most once gets a connection that nothing went over before", async () => {
  const { origin, connections } = await counting();
  const { broker } = openBroker(origin);
  const url = `${origin}/`;
  const plan = planOf(httpStep({ url }), httpStep({ url, delivery: "once" }), httpStep({ url }));
  const { handle } = broker.open(jobOf(plan));
  const numbers: unknown[] = [];
  for (const index of [0, 1, 2]) numbers.push((await handle(effectOf(plan, index), never)).output);
  expect(numbers).toMatchObject([{ body: "1" }, { body: "2" }, { body: "2" }]);
  expect(connections()).toBe(2);
});

test("what a server says behind its answer is never the answer to the next request", async () => {
  const origin = await speak((socket) => {
    socket.on("data", () => socket.write(`${answer("true")}${answer("evil")}`));
  });
  const { broker, plan, effect } = openBroker(origin);
  const { handle } = broker.open(jobOf(plan));
  for (let times = 0; times < 4; times += 1) {
    const result = await handle(effect, never);
    const isTrue = "body" in result.output && result.output.body === "true";
    // Or the connection is given up, as it should be with a server that does so.
    expect(isTrue || errorOf(result)?.code === "INVALID_RESPONSE").toBe(true);
  }
});

test("an answer that comes while a connection rests ends that connection", async () => {
  const sockets: Socket[] = [];
  const origin = await speak((socket) => {
    sockets.push(socket);
    socket.on("data", () => socket.write(answer("true")));
  });
  const { broker, plan, effect } = openBroker(origin);
  const { handle } = broker.open(jobOf(plan));
  expect(await handle(effect, never)).toMatchObject({ output: { body: "true" } });
  const gone = closed(sockets[0]!);
  sockets[0]!.write(answer("evil"));
  await gone;
  expect(await handle(effect, never)).toMatchObject({ output: { body: "true" } });
  expect(sockets.length).toBe(2);
});

test("a connection that its server closed while it rested costs no request", async () => {
  let connections = 0;
  const origin = await speak((socket) => {
    connections += 1;
    socket.once("data", () => {
      socket.write(answer("here"));
      // Closed as the next request arrives, which nobody reads.
      socket.once("data", () => socket.resetAndDestroy());
    });
  });
  const { broker, plan, effect } = openBroker(origin);
  const { handle } = broker.open(jobOf(plan));
  for (let times = 0; times < 6; times += 1) {
    expect(await handle(effect, never)).toMatchObject({ status: 0, output: { body: "here" } });
  }
  expect(connections).toBeLessThanOrEqual(6);
});

test("a request whose fresh connection breaks is not sent again", async () => {
  let requests = 0;
  const origin = await speak((socket) => {
    socket.once("data", () => {
      requests += 1;
      socket.resetAndDestroy();
    });
  });
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
  expect(requests).toBe(1);
});

test("neither cookies nor anything else of an answer is in the next request", async () => {
  const seen: (string | undefined)[] = [];
  const origin = await serve((request, response) => {
    seen.push(request.headers.cookie ?? request.headers.authorization);
    response.setHeader("set-cookie", "session=1; Path=/").end();
  });
  const { broker, plan, effect } = openBroker(origin);
  const { handle } = broker.open(jobOf(plan));
  await handle(effect, never);
  await handle(effect, never);
  expect(seen).toEqual([undefined, undefined]);
});

test.each([
  ["before an answer", ""],
  ["in the middle of an answer", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"],
])("a run that is aborted %s closes its connection at once", async (_, begun) => {
  let open: Socket | null = null;
  let requests = 0;
  const origin = await speak((socket) => {
    open = socket;
    socket.on("data", () => {
      requests += 1;
      socket.write(begun);
    });
  });
  const { broker, plan, effect } = openBroker(origin);
  const abort = new AbortController();
  const waiting = broker.open(jobOf(plan)).handle(effect, abort.signal);
  await until(() => requests > 0);
  const gone = closed(open!);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  await gone;
});

test("a run that is aborted while its connection comes about leaves none behind", async () => {
  // TLS that never answers the first message: connected, and yet no connection.
  const sockets: Socket[] = [];
  const plain = await speak((socket) => sockets.push(socket.resume()));
  const { broker, plan, effect } = openBroker(plain.replace("http:", "https:"));
  const abort = new AbortController();
  const waiting = broker.open(jobOf(plan)).handle(effect, abort.signal);
  await until(() => sockets.length > 0);
  const gone = closed(sockets[0]!);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  await gone;
});

test("a broker that closes leaves no connection: none at rest, at work or coming about", async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      if (chunk.includes("/rest")) socket.write(answer("done"));
    });
  });
  const origin = await listen(server);
  const secured = origin.replace("http:", "https:");
  const { broker } = openBroker(origin, {
    options: { privateOrigins: new Set([origin, secured]) },
  });
  const plan = planOf(
    ...[`${origin}/rest`, `${origin}/work`, `${secured}/begin`].map((url) => httpStep({ url })),
  );
  const { handle } = broker.open(jobOf(plan));
  await handle(effectOf(plan, 0), never);
  const others = [1, 2].map((index) => handle(effectOf(plan, index), never));
  await until(() => sockets.size === 2);
  broker.close();
  await until(() => sockets.size === 0);
  expect((await Promise.all(others)).map((result) => errorOf(result)?.code)).toEqual([
    "INVALID_RESPONSE",
    "UNREACHABLE",
  ]);
  expect(errorOf(await handle(effectOf(plan, 0), never))?.code).toBe("UNREACHABLE");
  expect(sockets.size).toBe(0);
});

test("a connection rests no longer than the broker says, whatever its server says", async () => {
  const origin = await serve((request, response) => {
    gone = closed(request.socket);
    response.setHeader("keep-alive", "timeout=600").end();
  });
  let gone: Promise<unknown> | null = null;
  expect(errorOf(await ask(origin, { options: { restMs: 100 } }))).toBe(null);
  await gone;
});

test("no more connections rest than allowed, and none of an intent that was idle for longest", async () => {
  const sockets = new Set<Socket>();
  const origin = await serve((request, response) => {
    sockets.add(request.socket.on("close", () => sockets.delete(request.socket)));
    setImmediate(() => response.end());
  });
  const { broker, plan, effect } = openBroker(origin, {
    options: { restingConnections: 2, restingIntents: 2 },
  });
  closing.push(() => broker.close());
  for (let intent = 1; intent <= 5; intent += 1) {
    const door = broker.open(jobOf(plan, { intentHash: `0x${`0${intent}`.repeat(32)}` }));
    await Promise.all([1, 2, 3, 4].map(() => door.handle(effect, never)));
    door.close();
  }
  await until(() => sockets.size === 4);
});
