import { readUint } from "../../encoding/bytes.ts";
import { EncodingError } from "../../encoding/encoding-error.ts";
import { type Hasher, nobleHasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "../../encoding/hex.ts";
import { ChainError } from "./chain-error.ts";
import { decodeRlp, encodeRlp, isRlpBytes, type Rlp, rlpNumber } from "./rlp.ts";

/** What an audit reads of a block's header. */
export interface BlockHeader {
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly receiptsRoot: Hex;
  readonly number: number;
  readonly timestampSec: number;
}

/** All fields of a header as a node's RPC names them; the last ones as far as the chain has them. */
export interface HeaderFields {
  readonly parentHash: Hex;
  readonly sha3Uncles: Hex;
  readonly miner: Hex;
  readonly stateRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Hex;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly timestamp: bigint;
  readonly extraData: Hex;
  readonly mixHash: Hex;
  readonly nonce: Hex;
  readonly baseFeePerGas?: bigint | null;
  readonly withdrawalsRoot?: Hex | null;
  readonly blobGasUsed?: bigint | null;
  readonly excessBlobGas?: bigint | null;
  readonly parentBeaconBlockRoot?: Hex | null;
  readonly requestsHash?: Hex | null;
}

const FIELDS = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
] as const satisfies readonly (keyof HeaderFields)[];

const REQUIRED = 15;

/** The header's bytes, of which its hash is made; compare it with the hash that the chain gives. */
export function encodeHeader(fields: HeaderFields): Hex {
  const items: Rlp[] = [];
  for (const name of FIELDS) {
    const value = fields[name];
    // Forks only add to the end, so the first field that a chain lacks is the end.
    if (value === undefined || value === null) break;
    items.push(typeof value === "bigint" ? rlpNumber(value) : hexToBytes(value));
  }
  return bytesToHex(encodeRlp(items));
}

/** @throws ChainError */
export function decodeHeader(header: Hex, hasher: Hasher = nobleHasher): BlockHeader {
  const bytes = hexToBytes(header);
  const items = decodeRlp(bytes);
  if (isRlpBytes(items) || items.length < REQUIRED) throw badHeader("fields");
  return {
    hash: bytesToHex(hasher.keccak256(bytes)),
    parentHash: word(items, 0),
    receiptsRoot: word(items, 5),
    number: number(items, 8),
    timestampSec: number(items, 11),
  };
}

function word(items: readonly Rlp[], index: number): Hex {
  const item = items[index]!;
  if (!isRlpBytes(item) || item.length !== 32) throw badHeader(FIELDS[index]!);
  return bytesToHex(item);
}

function number(items: readonly Rlp[], index: number): number {
  const item = items[index]!;
  if (!isRlpBytes(item) || item[0] === 0) throw badHeader(FIELDS[index]!);
  try {
    return readUint(item, 0, item.length);
  } catch (error) {
    if (error instanceof EncodingError) throw badHeader(FIELDS[index]!);
    throw error;
  }
}

function badHeader(detail: string): ChainError {
  return new ChainError({ code: "BAD_HEADER", detail });
}
