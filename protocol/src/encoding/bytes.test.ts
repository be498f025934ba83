import fc from "fast-check";
import { expect, test } from "vitest";
import { readBigUint, readUint, uintBytes } from "./bytes.ts";
import { bytesToHex, hexToBytes, isHex } from "./hex.ts";
import { utf8Bytes, utf8Text } from "./utf8.ts";
import { packWords, textWord, wordHex } from "./word.ts";

test("bytes survive their hexadecimal text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const hex = bytesToHex(bytes);
      expect(isHex(hex, bytes.length)).toBe(true);
      expect(hexToBytes(hex)).toEqual(bytes);
      expect(hexToBytes(`0x${hex.slice(2).toUpperCase()}`)).toEqual(bytes);
    }),
  );
});

test.each(["", "00", "0x0", "0x0g", "0xé0", "0x 0"])("%j is no hexadecimal text", (text) => {
  expect(() => hexToBytes(text)).toThrow(/BAD_HEX/);
  expect(isHex(text)).toBe(false);
});

test("text survives UTF-8 and its bytes are those of the platform", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = utf8Bytes(text);
      expect(bytes).toEqual(new Uint8Array(new TextEncoder().encode(text)));
      expect(utf8Text(bytes)).toBe(text);
    }),
  );
});

test("bytes that are no UTF-8 are refused exactly when the platform refuses them", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const platform = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
  const own = (bytes: Uint8Array) => {
    try {
      return utf8Text(bytes);
    } catch {
      return null;
    }
  };
  const leading = fc.constantFrom(0x61, 0x80, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5);
  fc.assert(
    fc.property(fc.array(fc.oneof(leading, fc.nat(255)), { maxLength: 6 }), (values) => {
      const bytes = Uint8Array.from(values);
      expect(own(bytes)).toBe(platform(bytes));
    }),
    { numRuns: 2000 },
  );
});

test("bytes that are no UTF-8 are told by the offset of the first that is wrong", () => {
  for (const [bytes, offset] of [
    [[0x61, 0xff], 1],
    [[0xc3, 0xa9, 0xe2, 0x82], 2],
    [[0xed, 0xa0, 0x80], 0],
    [[0xc0, 0x80], 0],
  ] as const) {
    expect(() => utf8Text(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ failure: { code: "BAD_UTF8", offset } }),
    );
  }
});

test("unsigned numbers survive, and what does not fit is refused", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
      expect(readBigUint(uintBytes(value, 32), 0, 32)).toBe(value);
    }),
  );
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(readUint(uintBytes(value, 8), 0, 8)).toBe(value);
      expect(uintBytes(value, 8)).toEqual(uintBytes(BigInt(value), 8));
    }),
  );
  for (const value of [256, -1, 256n, -1n, 0.5, 2 ** 53]) {
    expect(() => uintBytes(value, 1)).toThrow(/OUT_OF_RANGE/);
  }
  expect(() => readUint(uintBytes(2n ** 53n, 8), 0, 8)).toThrow(/OUT_OF_RANGE/);
});

test("words are numbers, 32 bytes or addresses", () => {
  const address = `0x${"ab".repeat(20)}` as const;
  expect(wordHex(address)).toBe(`0x${"00".repeat(12)}${"ab".repeat(20)}`);
  expect(wordHex(258)).toBe(`0x${"00".repeat(30)}0102`);
  expect(textWord("ab")).toBe(`0x6162${"00".repeat(30)}`);
  expect(packWords([1, 2n], 0)).toHaveLength(65);
  expect(() => wordHex("0x01")).toThrow(/WRONG_LENGTH/);
  expect(() => textWord("x".repeat(33))).toThrow(/WRONG_LENGTH/);
});
