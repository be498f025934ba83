import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, FrameError, type FrameFailure, FrameReader } from "./frames.ts";

const LIMITS = { frameBytes: 1_000, totalBytes: 100_000 };

test("messages survive their frames, however the bytes are cut", () => {
  const anyMessages = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 });
  fc.assert(
    fc.property(anyMessages, fc.array(fc.nat(200), { maxLength: 20 }), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(encodeFrame));
      const reader = new FrameReader({ frameBytes: 1 << 20, totalBytes: 1 << 24 });
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b)];
      const read = places.flatMap((from, index) =>
        reader.push(bytes.subarray(from, places[index + 1])),
      );
      expect(JSON.stringify(read)).toBe(JSON.stringify(messages));
    }),
    { numRuns: 50 },
  );
});

function failureOf(action: () => unknown): FrameFailure {
  try {
    action();
  } catch (error) {
    if (error instanceof FrameError) return error.failure;
    throw error;
  }
  throw new Error("it was read");
}

test("a frame beyond the cap is refused by what it announces, before it has come", () => {
  const announced = Buffer.from([0, 0, 3, 233]);
  const failure = { code: "FRAME_TOO_LARGE", bytes: 1_001, limitBytes: 1_000 };
  expect(failureOf(() => new FrameReader(LIMITS).push(announced))).toEqual(failure);
});

test("more than all frames may have together is refused, also when less was allowed on the way", () => {
  const reader = new FrameReader(LIMITS);
  expect(reader.push(encodeFrame("a"))).toEqual(["a"]);
  reader.tighten(10);
  reader.tighten(1_000_000);
  const failure = { code: "TOO_MUCH", limitBytes: 10 };
  expect(failureOf(() => reader.push(encodeFrame("b")))).toEqual(failure);
});

test("a frame that is no JSON is refused", () => {
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from("{")]);
  expect(failureOf(() => new FrameReader(LIMITS).push(frame))).toEqual({ code: "NOT_JSON" });
});
