/** An RLP item: where its payload lies, and for a list its members. */
export interface RlpItem {
  /** First byte, the prefix included. */
  readonly start: number;
  readonly payload: Uint8Array;
  readonly end: number;
  readonly list: boolean;
}

/** The one item at the start of `bytes`, or undefined when there is none. */
export function rlpItem(bytes: Uint8Array, start = 0): RlpItem | undefined {
  const prefix = bytes[start];
  if (prefix === undefined) return undefined;
  if (prefix < 0x80) {
    return { start, payload: bytes.subarray(start, start + 1), end: start + 1, list: false };
  }
  const list = prefix >= 0xc0;
  const short = prefix - (list ? 0xc0 : 0x80);
  const lengthBytes = Math.max(0, short - 55);
  const from = start + 1 + lengthBytes;
  // No transaction is longer than a 32-bit length can say.
  if (lengthBytes > 4 || from > bytes.length) return undefined;
  const length = lengthBytes === 0 ? short : rlpNumber(bytes.subarray(start + 1, from));
  if (length === undefined || from + length > bytes.length) return undefined;
  return { start, payload: bytes.subarray(from, from + length), end: from + length, list };
}

/** The members of a list's payload, or undefined when it is malformed. */
export function rlpMembers(payload: Uint8Array): RlpItem[] | undefined {
  const members: RlpItem[] = [];
  for (let at = 0; at < payload.length; ) {
    const item = rlpItem(payload, at);
    if (item === undefined) return undefined;
    members.push(item);
    at = item.end;
  }
  return members;
}

/** A list around members that are encoded already. */
export function rlpList(...encoded: readonly Uint8Array[]): Uint8Array {
  const payload = Buffer.concat(encoded);
  if (payload.length <= 55) return Buffer.concat([Uint8Array.of(0xc0 + payload.length), payload]);
  const length = rlpBytes(payload.length);
  return Buffer.concat([Uint8Array.of(0xf7 + length.length), length, payload]);
}

/** A whole number as RLP writes it, prefix included. */
export function rlpEncodedNumber(value: number): Uint8Array {
  const bytes = rlpBytes(value);
  if (bytes.length === 1 && (bytes[0] ?? 0) < 0x80) return bytes;
  return Buffer.concat([Uint8Array.of(0x80 + bytes.length), bytes]);
}

/** A big-endian number without leading zeros that fits a double, or undefined. */
export function rlpNumber(bytes: Uint8Array): number | undefined {
  if (bytes[0] === 0 || bytes.length > 8) return undefined;
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

function rlpBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}
