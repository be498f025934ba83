import { secp256k1 } from "@noble/curves/secp256k1.js";
import { nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";

/** Recovers signers; elliptic curves are slow in JavaScript, so hosts may bring native code. */
export interface SignatureRecovery {
  /** Lower-case address that signed the digest; null when the signature is malformed or s is high. */
  recover(digest: Hex, signature: Hex): Hex | null;
}

/** Half of the curve's order: a larger s is the malleable twin of a lower one. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

export const SIGNATURE_BYTES = 65;

/** Splits r ‖ s ‖ v and applies the rules of spec 01: 65 bytes, v 27 or 28, low s. */
export function parseSignature(
  signature: Hex,
): { readonly r: Hex; readonly s: Hex; readonly parity: 0 | 1 } | null {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return null;
  const r: Hex = `0x${signature.slice(2, 66)}`;
  const s: Hex = `0x${signature.slice(66, 130)}`;
  const v = Number.parseInt(signature.slice(130), 16);
  if ((v !== 27 && v !== 28) || BigInt(s) > HALF_ORDER) return null;
  return { r, s, parity: v === 28 ? 1 : 0 };
}

/** Pure JavaScript. */
export const nobleRecovery: SignatureRecovery = {
  recover(digest, signature) {
    const parts = parseSignature(signature);
    if (parts === null) return null;
    const bytes = hexToBytes(`0x0${parts.parity}${parts.r.slice(2)}${parts.s.slice(2)}`);
    try {
      const key = secp256k1.recoverPublicKey(bytes, hexToBytes(digest), { prehash: false });
      return addressOfPublicKey(secp256k1.Point.fromBytes(key).toBytes(false));
    } catch {
      return null;
    }
  },
};

/** Address of an uncompressed public key (65 bytes, 0x04 first). */
export function addressOfPublicKey(publicKey: Uint8Array): Hex {
  return bytesToHex(nobleHasher.keccak256(publicKey.subarray(1)).subarray(12));
}
