import { secp256k1 } from "@noble/curves/secp256k1.js";
import { loadNativeSecp256k1, type NativeSecp256k1 } from "../native-secp256k1.ts";

/** secp256k1 as the signer needs it. */
export interface Curve {
  readonly name: "native" | "noble";
  isPrivateKey(key: Uint8Array): boolean;
  /** 65 bytes, 0x04 first. */
  publicKey(key: Uint8Array): Uint8Array;
  /** r ‖ s ‖ v: 65 bytes, v 27 or 28, low s; RFC 6979, so one digest gives one signature. */
  sign(digest: Uint8Array, key: Uint8Array): Uint8Array;
  /** The public key, 65 bytes, that made r ‖ s with this parity; null when none did. */
  recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Uint8Array | null;
}

/** Native where a binary fits this machine, else JavaScript. */
export function loadCurve(): Curve {
  const native = loadNativeSecp256k1();
  return native === null ? nobleCurve : nativeCurve(native);
}

function nativeCurve(native: NativeSecp256k1): Curve {
  return {
    name: "native",
    isPrivateKey: (key) => key.length === 32 && native.privateKeyVerify(key),
    publicKey: (key) => native.publicKeyCreate(key, false),
    sign: (digest, key) => {
      const { signature, recid } = native.ecdsaSign(digest, key);
      return withV(signature, recid);
    },
    recover: (digest, signature, recovery) =>
      orNull(() => native.ecdsaRecover(signature, recovery, digest, false)),
  };
}

/** JavaScript only. */
export const nobleCurve: Curve = {
  name: "noble",
  isPrivateKey: (key) => secp256k1.utils.isValidSecretKey(key),
  publicKey: (key) => secp256k1.getPublicKey(key, false),
  sign: (digest, key) => {
    const bytes = secp256k1.sign(digest, key, {
      prehash: false,
      lowS: true,
      format: "recovered",
    });
    return withV(bytes.subarray(1), bytes[0]!);
  },
  recover: (digest, signature, recovery) =>
    orNull(() =>
      secp256k1.Signature.fromBytes(signature, "compact")
        .addRecoveryBit(recovery)
        .recoverPublicKey(digest)
        .toBytes(false),
    ),
};

// Both throw for numbers that are no point's.
function orNull(recover: () => Uint8Array): Uint8Array | null {
  try {
    return recover();
  } catch {
    return null;
  }
}

function withV(signature: Uint8Array, recovery: number): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes.set(signature.subarray(0, 64));
  bytes[64] = 27 + recovery;
  return bytes;
}
