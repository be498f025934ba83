import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readFirstLine } from "./first-line.ts";

test("a line comes in pieces, and what follows it stays in the stream", async () => {
  const stream = new PassThrough();
  const line = readFirstLine(stream);
  for (const part of ['{"a"', ':"ä"}', "\nrest"]) stream.write(part);
  expect(await line).toBe('{"a":"ä"}');
  const next = once(stream, "data") as Promise<[Buffer]>;
  stream.resume();
  const [rest] = await next;
  expect(rest.toString()).toBe("rest");
});

test("a stream that ends before has no line", async () => {
  const stream = new PassThrough();
  const line = readFirstLine(stream);
  stream.end("half");
  expect(await line).toBeNull();
});

test("a stream that fails says so", async () => {
  const stream = new PassThrough();
  const line = readFirstLine(stream);
  stream.destroy(new RangeError("gone"));
  await expect(line).rejects.toThrow("gone");
});
