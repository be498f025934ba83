import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExactJson } from "./exact-json.ts";

function platform(text: string): unknown {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function own(text: string): unknown {
  try {
    return { value: parseExactJson(text) };
  } catch {
    return null;
  }
}

describe("exact JSON", () => {
  test("reads what the platform reads where numbers are small integers", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6, noUnicodeString: false } as object),
        fc.nat(4),
        (text, indent) => {
          const value = JSON.parse(text, (_key, inner) =>
            typeof inner === "number" ? Math.trunc(inner % 1e9) + 0 : inner,
          );
          const printed = JSON.stringify(value, null, indent);
          expect(own(printed)).toEqual(platform(printed));
        },
      ),
    );
  });

  test("refuses what the platform refuses", () => {
    const piece = fc.constantFrom(...'{}[]:,"\\ntrue1-.e \u0001u0d8'.split(""), "null", '"a"', "1");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
        const text = pieces.join("");
        expect(own(text) === null, text).toBe(platform(text) === null);
      }),
      { numRuns: 5000 },
    );
  });

  test("keeps every digit", () => {
    const text = "[9007199254740991,9007199254740992,-9007199254740993,1.50,1e3,-0,0.1]";
    expect(parseExactJson(text)).toEqual([
      9007199254740991,
      "9007199254740992",
      "-9007199254740993",
      "1.50",
      "1e3",
      0,
      "0.1",
    ]);
  });

  test("has no lone surrogates, no deep nesting, no prototype tricks", () => {
    expect(() => parseExactJson('"\\ud800"')).toThrow(/LONE_SURROGATE/);
    expect(parseExactJson('"\\ud83d\\ude00"')).toBe("😀");
    expect(() => parseExactJson("[".repeat(100_000))).toThrow(/TOO_DEEP/);
    const value = parseExactJson('{"__proto__":{"a":1}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect((value as { a?: unknown }).a).toBeUndefined();
  });

  test("says where text stops to be JSON, and what it found", () => {
    for (const [text, offset, found] of [
      ['{"a":1,}', 7, "}"],
      ["[1 2]", 3, "2"],
      ["tru", 0, "t"],
      ["", 0, "the end"],
      ["1 x", 2, "x"],
    ] as const) {
      expect(() => parseExactJson(text), text).toThrow(
        expect.objectContaining({ failure: { code: "BAD_JSON", offset, found } }),
      );
    }
  });
});
