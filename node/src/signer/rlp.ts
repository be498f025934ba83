import { concatBytes, hexToBytes } from "@deed/protocol/encoding";

/** What RLP can hold: byte strings and lists of them. */
export type RlpItem = Uint8Array | readonly RlpItem[];

/** Recursive length prefix encoding, as transactions use it. */
export function rlpEncode(item: RlpItem): Uint8Array {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0]! < 0x80) return item;
    return concatBytes(prefix(item.length, 0x80), item);
  }
  const body = concatBytes(...item.map((inner) => rlpEncode(inner)));
  return concatBytes(prefix(body.length, 0xc0), body);
}

/** A number without leading zeros; zero is empty. */
export function rlpNumber(value: number | bigint): Uint8Array {
  const digits = BigInt(value).toString(16);
  if (digits === "0") return new Uint8Array(0);
  return hexToBytes(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

/** The bytes of a 32-byte number without leading zeros. */
export function rlpTrimmed(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  return bytes.subarray(start);
}

function prefix(length: number, base: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const size = rlpNumber(length);
  return concatBytes(Uint8Array.of(base + 55 + size.length), size);
}
