import { bytesToHex, concatBytes, type Hasher, hexToBytes } from "@deed/protocol/encoding";
import type { AccountKey } from "./node-keys.ts";
import { type RlpItem, rlpEncode, rlpNumber, rlpTrimmed } from "./rlp.ts";
import type { SignedTransaction, TransactionToSign } from "./signer-api.ts";

const TYPE = Uint8Array.of(2);
const NO_ACCESS_LIST: RlpItem = [];

/** Signs an EIP-1559 transaction of value zero. */
export async function signTransaction(
  transaction: TransactionToSign,
  chainId: number,
  key: AccountKey,
  hasher: Hasher,
): Promise<SignedTransaction> {
  const fields: RlpItem[] = [
    rlpNumber(chainId),
    rlpNumber(transaction.nonce),
    rlpNumber(transaction.maxPriorityFeePerGasWei),
    rlpNumber(transaction.maxFeePerGasWei),
    rlpNumber(transaction.gas),
    hexToBytes(transaction.to),
    rlpNumber(0),
    hexToBytes(transaction.data),
    NO_ACCESS_LIST,
  ];
  const digest = hasher.keccak256(concatBytes(TYPE, rlpEncode(fields)));
  const signature = await key.sign(digest);
  const signed = [
    ...fields,
    rlpNumber(signature[64]! - 27),
    rlpTrimmed(signature.subarray(0, 32)),
    rlpTrimmed(signature.subarray(32, 64)),
  ];
  const raw = concatBytes(TYPE, rlpEncode(signed));
  return { raw: bytesToHex(raw), txHash: bytesToHex(hasher.keccak256(raw)) };
}
