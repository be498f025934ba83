import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keccakText, nobleHasher } from "./hasher.ts";
import { createWasmHasher } from "./wasm-hasher.ts";

test("keccak-256 of nothing is the known one", () => {
  expect(keccakText("")).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
});

test("both hashers agree, with the platform too", async () => {
  const wasm = await createWasmHasher();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(wasm.keccak256(bytes)).toEqual(nobleHasher.keccak256(bytes));
      expect(wasm.sha256(bytes)).toEqual(nobleHasher.sha256(bytes));
      const platform = new Uint8Array(createHash("sha256").update(bytes).digest());
      expect(nobleHasher.sha256(bytes)).toEqual(platform);
    }),
  );
});

test("a digest stays as it is when the hasher goes on", async () => {
  const wasm = await createWasmHasher();
  const first = wasm.keccak256(new Uint8Array([1]));
  const copy = first.slice();
  wasm.keccak256(new Uint8Array([2]));
  expect(first).toEqual(copy);
});
