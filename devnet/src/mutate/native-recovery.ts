import {
  addressOfPublicKey,
  hexToBytes,
  parseSignature,
  type SignatureRecovery,
} from "@deed/protocol/encoding";
import secp256k1 from "secp256k1";

/** Recovers signers natively. */
export const nativeRecovery: SignatureRecovery = {
  recover(digest, signature) {
    const parsed = parseSignature(signature);
    if (parsed === null) return null;
    try {
      const bytes = hexToBytes(signature).subarray(0, 64);
      const key = secp256k1.ecdsaRecover(bytes, parsed.parity, hexToBytes(digest), false);
      return addressOfPublicKey(key);
    } catch {
      return null;
    }
  },
};
