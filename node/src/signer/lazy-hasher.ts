import { createWasmHasher, type Hasher, nobleHasher } from "@deed/protocol/encoding";

// A few digests are cheaper in JavaScript than the WebAssembly's compilation and its memory.
const FEW = 200;

/** A hasher for few digests, and the way to a fast one. */
export interface LazyHasher extends Hasher {
  /** For who is about to hash much: the WebAssembly, or JavaScript where there is none. */
  fast(): Promise<Hasher>;
}

/** Hashes in JavaScript until there is much to hash, then faster, as soon as the WebAssembly is there. */
export function lazyHasher(onError: (error: unknown) => void): LazyHasher {
  let current: Hasher = nobleHasher;
  let loading: Promise<Hasher> | null = null;
  let calls = 0;
  const fast = (): Promise<Hasher> => {
    loading ??= createWasmHasher().then(
      (faster) => {
        current = faster;
        return faster;
      },
      (error: unknown) => {
        onError(error);
        return nobleHasher;
      },
    );
    return loading;
  };
  const count = (): void => {
    calls += 1;
    if (calls === FEW) void fast();
  };
  return {
    fast,
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
