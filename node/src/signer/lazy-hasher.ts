import { createWasmHasher, type Hasher, nobleHasher } from "@deed/protocol/encoding";

/** Hashes in JavaScript at once, and faster as soon as the WebAssembly is there. */
export function lazyHasher(onError: (error: unknown) => void): Hasher {
  let current: Hasher = nobleHasher;
  createWasmHasher().then((faster) => {
    current = faster;
  }, onError);
  return {
    keccak256: (bytes) => current.keccak256(bytes),
    sha256: (bytes) => current.sha256(bytes),
  };
}
