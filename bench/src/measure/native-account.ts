import { randomBytes } from "node:crypto";
import {
  addressOfPublicKey,
  bytesToHex,
  createWasmHasher,
  type Hasher,
  type Hex,
  hexToBytes,
} from "@deed/protocol/encoding";
import secp256k1 from "secp256k1";
import { serializeTransaction, type TransactionSerializableEIP1559 } from "viem";

/** An account that signs natively: the client's part of a measurement is to be small. */
export interface NativeAccount {
  readonly address: Hex;
  /** 65 bytes, r ‖ s ‖ v with v 27 or 28. */
  signDigest(digest: Hex): Hex;
  signTransaction(transaction: Omit<TransactionSerializableEIP1559, "type">): Hex;
}

/** Opens an account; without a key, one of its own. */
export async function openAccount(key: Uint8Array = newKey()): Promise<NativeAccount> {
  const hasher = await createWasmHasher();
  const address = addressOfPublicKey(secp256k1.publicKeyCreate(key, false));
  return {
    address,
    signDigest: (digest) => {
      const { signature, recid } = secp256k1.ecdsaSign(hexToBytes(digest), key);
      return bytesToHex(Uint8Array.of(...signature, 27 + recid));
    },
    signTransaction: (transaction) => signTransaction(transaction, key, hasher),
  };
}

function signTransaction(
  transaction: Omit<TransactionSerializableEIP1559, "type">,
  key: Uint8Array,
  hasher: Hasher,
): Hex {
  const unsigned = { ...transaction, type: "eip1559" } as const;
  const digest = hasher.keccak256(hexToBytes(serializeTransaction(unsigned)));
  const { signature, recid } = secp256k1.ecdsaSign(digest, key);
  return serializeTransaction(unsigned, {
    r: bytesToHex(signature.subarray(0, 32)),
    s: bytesToHex(signature.subarray(32)),
    yParity: recid,
  });
}

function newKey(): Uint8Array {
  const key = randomBytes(32);
  return secp256k1.privateKeyVerify(key) ? key : newKey();
}
