import { expect, test } from "vitest";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { jobOf } from "./broker.testing.ts";

const { openBroker, serve, speak } = openBench();

test("no intent uses a connection of another", async () => {
  const ports: number[] = [];
  const origin = await serve((request, response) => {
    ports.push(request.socket.remotePort ?? 0);
    response.end();
  });
  const { broker, plan, effect } = openBroker(origin, {});
  const one = broker.open(jobOf(plan));
  const other = broker.open(jobOf(plan, { intentHash: `0x${"44".repeat(32)}` }));
  for (const { handle } of [one, one, one, other, other, other]) await handle(effect, never);
  const ofOne = ports.slice(0, 3);
  expect(new Set(ofOne).size).toBeLessThan(3);
  expect(ports.slice(3).some((port) => ofOne.includes(port))).toBe(false);
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
    const result = await handle(effect, never);
    const isTrue = "body" in result.output && result.output.body === "true";
    // Or the connection is given up, as it should be with a server that does so.
    expect(isTrue || errorOf(result)?.code === "INVALID_RESPONSE").toBe(true);
  }
});

test("neither cookies nor anything else of an answer is in the next request", async () => {
  const seen: (string | undefined)[] = [];
  const origin = await serve((request, response) => {
    seen.push(request.headers.cookie ?? request.headers.authorization);
    response.setHeader("set-cookie", "session=1; Path=/").end();
  });
  const { broker, plan, effect } = openBroker(origin, {});
  const { handle } = broker.open(jobOf(plan));
  await handle(effect, never);
  await handle(effect, never);
  expect(seen).toEqual([undefined, undefined]);
});
