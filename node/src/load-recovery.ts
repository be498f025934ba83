import { createRequire } from "node:module";
import {
  addressOfPublicKey,
  hexToBytes,
  nobleRecovery,
  parseSignature,
  type SignatureRecovery,
} from "@deed/protocol/encoding";

interface NativeModule {
  ecdsaRecover(
    signature: Uint8Array,
    recovery: number,
    digest: Uint8Array,
    compressed: boolean,
  ): Uint8Array;
}

/** Native where a binary fits this machine, fifty times faster; else JavaScript. */
export function loadRecovery(): SignatureRecovery {
  try {
    // `bindings`, not the package's own entry: that falls back to a slow library of its own.
    return nativeRecovery(
      createRequire(import.meta.url)("secp256k1/bindings.js") as unknown as NativeModule,
    );
  } catch {
    return nobleRecovery;
  }
}

function nativeRecovery(native: NativeModule): SignatureRecovery {
  return {
    recover(digest, signature) {
      const parsed = parseSignature(signature);
      if (parsed === null) return null;
      try {
        const bytes = hexToBytes(signature).subarray(0, 64);
        return addressOfPublicKey(
          native.ecdsaRecover(bytes, parsed.parity, hexToBytes(digest), false),
        );
      } catch {
        return null;
      }
    },
  };
}
