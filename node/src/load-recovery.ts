import {
  addressOfPublicKey,
  hexToBytes,
  nobleRecovery,
  parseSignature,
  type SignatureRecovery,
} from "@deed/protocol/encoding";
import { loadNativeSecp256k1, type NativeSecp256k1 } from "./native-secp256k1.ts";

/** Native where a binary fits this machine, fifty times faster; else JavaScript. */
export function loadRecovery(): SignatureRecovery {
  const native = loadNativeSecp256k1();
  return native === null ? nobleRecovery : nativeRecovery(native);
}

function nativeRecovery(native: NativeSecp256k1): SignatureRecovery {
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
        // The numbers are no signature's: nobody made it.
        return null;
      }
    },
  };
}
