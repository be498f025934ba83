import { createRequire } from "node:module";

/** What is used of libsecp256k1. All throw for numbers that are no key's, no point's or no signature's. */
export interface NativeSecp256k1 {
  privateKeyVerify(key: Uint8Array): boolean;
  publicKeyCreate(key: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
  ecdsaRecover(
    signature: Uint8Array,
    recovery: number,
    digest: Uint8Array,
    compressed: boolean,
  ): Uint8Array;
}

/** Null on a machine that none of the package's binaries fits; JavaScript then does the same, more slowly. */
export function loadNativeSecp256k1(): NativeSecp256k1 | null {
  try {
    // `bindings`, not the package's own entry: that falls back to a slow library of its own.
    const native: NativeSecp256k1 = createRequire(import.meta.url)("secp256k1/bindings.js");
    return native;
  } catch {
    // Its loader has no code of its own for "no binary here", and another C library gives another error.
    return null;
  }
}
