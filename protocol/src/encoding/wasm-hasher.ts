import type { Hasher } from "./hasher.ts";

/** Several times faster than JavaScript; asynchronous only to compile, and not for hosts without WebAssembly. */
export async function createWasmHasher(): Promise<Hasher> {
  // Loaded on demand: who brings another hasher pays nothing for this one.
  const { createKeccak, createSHA256 } = await import("hash-wasm");
  const [keccak, sha] = await Promise.all([createKeccak(256), createSHA256()]);
  return {
    keccak256: (bytes) => keccak.init().update(bytes).digest("binary"),
    sha256: (bytes) => sha.init().update(bytes).digest("binary"),
  };
}
