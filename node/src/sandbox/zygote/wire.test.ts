import fc from "fast-check";
import { expect, test } from "vitest";
import { dataMessages, type FromServer, ServerReader, startMessage, WireError } from "./wire.ts";

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => {
    bytes.writeUInt32LE(number, 4 * index);
  });
  return bytes;
};

test("data is cut into chunks and comes together again, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200_000 }),
      fc.integer({ min: 1, max: 90_000 }),
      (bytes, step) => {
        const sent = Buffer.alloc(bytes, "deed");
        const stream = dataMessages(7, sent);
        const reader = new ServerReader();
        const got: FromServer[] = [];
        for (let at = 0; at < stream.length; at += step) {
          got.push(...reader.push(stream.subarray(at, at + step)));
        }
        const chunks = got.map((each) => (each.type === "data" ? each.bytes : Buffer.alloc(0)));
        expect(Buffer.concat(chunks).equals(sent)).toBe(true);
        expect(chunks.every(({ length }) => length <= 65_536)).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test("a start is the run's limits in four words", () => {
  const limits = { deadlineMs: 1, cpuSec: 2, memoryMb: 3, outputBytes: 4 };
  expect(startMessage(9, limits)).toEqual(words(1, 9, 16, 1, 2, 3, 4));
});

test("an end is read with its reason and what was used", () => {
  const message = Buffer.concat([words(4, 9, 28), words(1, 0, 9, 10, 20, 30, 40)]);
  expect(new ServerReader().push(message)).toEqual([
    {
      ...{ type: "end", run: 9 },
      end: {
        ...{ reason: "deadline", exitCode: 0, signal: 9 },
        ...{ userUs: 10, systemUs: 20, maxRssKb: 30, pageFaults: 40 },
      },
    },
  ]);
});

test.each([
  ["of no type", words(99, 1, 0)],
  ["that is longer than any", words(2, 1, 65_537)],
  ["of an end that is none", Buffer.concat([words(4, 1, 4), words(0)])],
])("a message %s is refused", (_what, bytes) => {
  expect(() => new ServerReader().push(bytes)).toThrow(WireError);
});
