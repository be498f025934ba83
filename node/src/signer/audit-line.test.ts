import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeLine, readLine } from "./audit-line.ts";

test("a line of the log is what its format says, for ever", () => {
  expect(encodeLine('{"n":1}').toString()).toBe('00000007 d44b3b7e 2516421d {"n":1}\n');
});

test("a line is read back, wherever it stands", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), fc.uint8Array(), (text, at, after) => {
      const line = encodeLine(text);
      const bytes = Buffer.concat([Buffer.alloc(at, "\n"), line, after]);
      const read = readLine(bytes, at);
      expect(read.kind).toBe("line");
      if (read.kind !== "line") return;
      expect(read.json.toString("utf8")).toBe(Buffer.from(text, "utf8").toString("utf8"));
      expect(read.end).toBe(at + line.length);
    }),
  );
});

test("a line whose end is missing is torn, at whatever byte", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(), (text, cut) => {
      const line = encodeLine(text);
      expect(readLine(line.subarray(0, cut % line.length), 0).kind).toBe("torn");
    }),
  );
});

test("a flipped bit of a whole line is damage, never another line and never a torn one", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(), fc.nat(7), (text, at, bit) => {
      const line = encodeLine(text);
      line[at % line.length]! ^= 1 << bit;
      expect(readLine(line, 0).kind).toBe("damaged");
    }),
    { numRuns: 500 },
  );
});
