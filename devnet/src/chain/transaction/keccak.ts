import { createKeccak } from "hash-wasm";

/** Keccak-256 of the concatenation of its arguments. */
export type Keccak = (...parts: readonly Uint8Array[]) => Uint8Array;

/** Loads the WebAssembly hasher; afterwards hashing is synchronous. */
export async function loadKeccak(): Promise<Keccak> {
  const hasher = await createKeccak(256);
  return (...parts) => {
    hasher.init();
    for (const part of parts) hasher.update(part);
    return hasher.digest("binary");
  };
}
