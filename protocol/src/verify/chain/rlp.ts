import { concatBytes, readUint } from "../../encoding/bytes.ts";
import { EncodingError } from "../../encoding/encoding-error.ts";
import { ChainError } from "./chain-error.ts";

/** A byte string, or a list of items. */
export type Rlp = Uint8Array | readonly Rlp[];

// Headers, receipts and trie nodes nest no deeper: list of logs, log, topics.
const MAX_DEPTH = 8;

/** Reads one item that fills the bytes. @throws ChainError, for anything but the shortest form too */
export function decodeRlp(bytes: Uint8Array): Rlp {
  const { item, end } = decodeItem(bytes, 0, bytes.length, 0);
  if (end !== bytes.length) throw badRlp(end);
  return item;
}

/** The bytes of an item. */
export function encodeRlp(item: Rlp): Uint8Array {
  if (isRlpBytes(item)) {
    const isItself = item.length === 1 && item[0]! < 0x80;
    return isItself ? item : concatBytes(lengthPrefix(item.length, 0x80), item);
  }
  const payload = concatBytes(...item.map(encodeRlp));
  return concatBytes(lengthPrefix(payload.length, 0xc0), payload);
}

/** An unsigned number without leading zeros, as RLP wants it. */
export function rlpNumber(value: number | bigint): Uint8Array {
  const digits = value === 0 || value === 0n ? "" : value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function isRlpBytes(item: Rlp): item is Uint8Array {
  return item instanceof Uint8Array;
}

interface Decoded {
  readonly item: Rlp;
  readonly end: number;
}

function decodeItem(bytes: Uint8Array, at: number, limit: number, depth: number): Decoded {
  const first = bytes[at];
  if (first === undefined || at >= limit || depth > MAX_DEPTH) throw badRlp(at);
  if (first < 0x80) return { item: bytes.subarray(at, at + 1), end: at + 1 };
  const isList = first >= 0xc0;
  const { start, end } = payload(bytes, at, first - (isList ? 0xc0 : 0x80), limit);
  if (!isList) {
    const item = bytes.subarray(start, end);
    if (item.length === 1 && item[0]! < 0x80) throw badRlp(at);
    return { item, end };
  }
  const items: Rlp[] = [];
  for (let next = start; next < end; ) {
    const decoded = decodeItem(bytes, next, end, depth + 1);
    items.push(decoded.item);
    next = decoded.end;
  }
  return { item: items, end };
}

// `code` is 0–55 for a short payload, 56–63 for a length of 1–8 bytes.
function payload(
  bytes: Uint8Array,
  at: number,
  code: number,
  limit: number,
): { readonly start: number; readonly end: number } {
  const lengthBytes = code > 55 ? code - 55 : 0;
  const start = at + 1 + lengthBytes;
  const length = lengthBytes === 0 ? code : longLength(bytes, at + 1, lengthBytes, limit);
  if (start + length > limit) throw badRlp(at);
  return { start, end: start + length };
}

function longLength(bytes: Uint8Array, at: number, width: number, limit: number): number {
  if (at + width > limit || bytes[at] === 0) throw badRlp(at);
  try {
    const length = readUint(bytes, at, width);
    if (length > 55) return length;
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
  }
  throw badRlp(at);
}

function lengthPrefix(length: number, base: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length);
  const digits = rlpNumber(length);
  return concatBytes(Uint8Array.of(base + 55 + digits.length), digits);
}

function badRlp(offset: number): ChainError {
  return new ChainError({ code: "BAD_RLP", offset });
}
