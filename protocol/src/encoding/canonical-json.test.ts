import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, MAX_JSON_DEPTH } from "./canonical-json.ts";
import type { Json } from "./json.ts";

const anyJson = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((value) => (value === 0 ? 0 : value)),
    fc.string({ unit: "binary" }),
    fc.array(tie("value")),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value")),
  ),
})).value;

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value as { [key: string]: Json }).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, shuffled(inner)]));
}

describe("canonical JSON", () => {
  test("reads back as the value", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test("is a fixed point", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test("orders keys as RFC 8785 does in its example", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test.each([0.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])(
    "refuses the number %d",
    (value) => {
      expect(() => canonicalJson([value])).toThrow(/UNSAFE_NUMBER/);
    },
  );

  test("refuses lone surrogates in values and keys", () => {
    expect(() => canonicalJson("\ud800")).toThrow(/LONE_SURROGATE/);
    expect(() => canonicalJson({ "a\udc00": 1 })).toThrow(/LONE_SURROGATE/);
    expect(canonicalJson("\ud83d\ude00")).toBe('"\ud83d\ude00"');
  });

  test("refuses what is no JSON, and what is too deep", () => {
    expect(() => canonicalJson({ a: undefined } as unknown as Json)).toThrow(/NOT_JSON/);
    expect(() => canonicalJson(1n as unknown as Json)).toThrow(/NOT_JSON/);
    let deep: Json = 0;
    for (let level = 0; level < MAX_JSON_DEPTH; level += 1) deep = [deep];
    expect(canonicalJson(deep)).toHaveLength(2 * MAX_JSON_DEPTH + 1);
    expect(() => canonicalJson([deep])).toThrow(/TOO_DEEP/);
  });
});
