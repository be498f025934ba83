import { expect, test } from "vitest";
import { openBench } from "./bench.testing.ts";

const { ask, speak } = openBench();

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
