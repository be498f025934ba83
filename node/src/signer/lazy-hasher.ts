import { createWasmHasher, type Hasher, nobleHasher } from "@deed/protocol/encoding";

// A few digests are cheaper in JavaScript than the WebAssembly's compilation and its memory.
const FEW = 200;

/** Hashes in JavaScript until there is much to hash, then faster, as soon as the WebAssembly is there. */
export function lazyHasher(onError: (error: unknown) => void): Hasher {
  let current: Hasher = nobleHasher;
  let calls = 0;
  const count = (): void => {
    calls += 1;
    if (calls !== FEW) return;
    createWasmHasher().then((faster) => {
      current = faster;
    }, onError);
  };
  return {
    keccak256: (bytes) => {
      if (calls < FEW) count();
      return current.keccak256(bytes);
    },
    sha256: (bytes) => {
      if (calls < FEW) count();
      return current.sha256(bytes);
    },
  };
}
