import secp256k1 from "secp256k1";
import { ChainError } from "../error.ts";
import { type Hex, toHex } from "../hex.ts";
import type { Keccak } from "./keccak.ts";
import { type RlpItem, rlpEncodedNumber, rlpItem, rlpList, rlpMembers, rlpNumber } from "./rlp.ts";

/** What the sequencer needs to know of a signed transaction. */
export interface Transaction {
  readonly raw: Uint8Array;
  readonly hash: Hex;
  readonly type: number;
  readonly sender: Hex;
  readonly nonce: number;
  readonly gasLimit: number;
}

/** What the chain takes. */
export interface TransactionRules {
  readonly chainId: number;
  readonly maxTransactionBytes: number;
  readonly blockGasLimit: number;
}

/** Where a type keeps the fields; the signature is always the last three. */
interface Layout {
  readonly nonce: number;
  readonly gasLimit: number;
  readonly members: number;
}

const legacy: Layout = { nonce: 0, gasLimit: 2, members: 9 };
// Blob transactions (3) would need a blob store, which an embedded chain has no use for.
const typed: ReadonlyMap<number, Layout> = new Map([
  [1, { nonce: 1, gasLimit: 3, members: 11 }],
  [2, { nonce: 1, gasLimit: 4, members: 12 }],
  [4, { nonce: 1, gasLimit: 4, members: 13 }],
]);

/** Type 4 changes nonces of accounts other than its sender's. */
export const delegationType = 4;

interface Signature {
  readonly chainId: number;
  readonly recovery: number;
  readonly digest: Uint8Array;
}

/** Reads and checks everything about a transaction that needs no state. Throws ChainError. */
export function parseTransaction(
  raw: Uint8Array,
  rules: TransactionRules,
  keccak: Keccak,
): Transaction {
  const limit = rules.maxTransactionBytes;
  if (raw.length > limit) {
    throw new ChainError({ code: "TRANSACTION_TOO_LARGE", bytes: raw.length, limit });
  }
  const first = raw[0] ?? 0;
  const type = first < 0xc0 ? first : 0;
  const layout = first < 0xc0 ? typed.get(first) : legacy;
  if (layout === undefined) throw new ChainError({ code: "TRANSACTION_TYPE_UNSUPPORTED", type });
  const members = membersOf(raw, type === 0 ? 0 : 1, layout.members);
  const signature =
    type === 0 ? legacySignature(members, keccak) : typedSignature(type, members, keccak);
  checkChain(signature.chainId, rules.chainId);
  const gasLimit = numberAt(members, layout.gasLimit, "gas limit");
  checkGas(gasLimit, rules.blockGasLimit);
  const nonce = numberAt(members, layout.nonce, "nonce");
  const sender = recoverSender(members, signature, keccak);
  return { raw, hash: toHex(keccak(raw)), type, sender, nonce, gasLimit };
}

function membersOf(raw: Uint8Array, start: number, count: number): RlpItem[] {
  const item = rlpItem(raw, start);
  if (item === undefined || !item.list || item.end !== raw.length) throw malformed("not RLP");
  const members = rlpMembers(item.payload);
  if (members?.length !== count) throw malformed("wrong number of fields");
  return members;
}

function typedSignature(type: number, members: RlpItem[], keccak: Keccak): Signature {
  const chainId = numberAt(members, 0, "chain id");
  const recovery = numberAt(members, members.length - 3, "signature parity");
  const signed = rlpList(...members.slice(0, -3).map(encoded));
  return { chainId, recovery, digest: keccak(Uint8Array.of(type), signed) };
}

function legacySignature(members: RlpItem[], keccak: Keccak): Signature {
  const v = numberAt(members, 6, "v");
  // Without a chain id (v of 27 or 28) a transaction could be replayed from any other chain.
  if (v < 35) throw malformed("only replay-protected (EIP-155) transactions are taken");
  const chainId = Math.floor((v - 35) / 2);
  const zero = Uint8Array.of(0x80);
  const signed = rlpList(
    ...members.slice(0, 6).map(encoded),
    rlpEncodedNumber(chainId),
    zero,
    zero,
  );
  return { chainId, recovery: (v - 35) % 2, digest: keccak(signed) };
}

function recoverSender(members: RlpItem[], signature: Signature, keccak: Keccak): Hex {
  const compact = new Uint8Array(64);
  for (const [index, item] of members.slice(-2).entries()) {
    if (item.payload.length > 32) throw malformed("signature too long");
    compact.set(item.payload, 32 * (index + 1) - item.payload.length);
  }
  if (signature.recovery > 1) throw malformed("signature parity");
  try {
    const publicKey = secp256k1.ecdsaRecover(compact, signature.recovery, signature.digest, false);
    return toHex(keccak(publicKey.subarray(1)).subarray(12));
  } catch (error) {
    throw malformed("the signature recovers no sender", error);
  }
}

function checkChain(actual: number, expected: number): void {
  if (actual !== expected) {
    throw new ChainError({ code: "WRONG_CHAIN", expected, actual });
  }
}

function checkGas(gasLimit: number, blockGasLimit: number): void {
  if (gasLimit > blockGasLimit) {
    throw new ChainError({ code: "GAS_LIMIT_TOO_HIGH", gasLimit, blockGasLimit });
  }
}

function numberAt(members: readonly RlpItem[], index: number, field: string): number {
  const item = members[index];
  const value = item === undefined || item.list ? undefined : rlpNumber(item.payload);
  if (value === undefined) throw malformed(field);
  return value;
}

/** The item with its prefix, as it stood in the transaction. */
function encoded(item: RlpItem): Uint8Array {
  const whole = item.payload.byteOffset + item.payload.length;
  const length = item.end - item.start;
  return new Uint8Array(item.payload.buffer, whole - length, length);
}

function malformed(reason: string, cause?: unknown): ChainError {
  return new ChainError({ code: "TRANSACTION_MALFORMED", reason }, { cause });
}
