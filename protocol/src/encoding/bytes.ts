import { EncodingError } from "./encoding-error.ts";

/** One array of all parts. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

/** Writes `value` big-endian into `length` bytes at `offset`; refuses what does not fit. */
export function writeUint(
  value: number | bigint,
  target: Uint8Array,
  offset: number,
  length: number,
): void {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw outOfRange(value, length);
    writeSmall(value, target, offset, length);
    return;
  }
  let rest = value;
  if (rest < 0n) throw outOfRange(value, length);
  for (let index = offset + length - 1; index >= offset; index -= 1) {
    target[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw outOfRange(value, length);
}

/** `value` big-endian in `length` bytes. */
export function uintBytes(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  writeUint(value, bytes, 0, length);
  return bytes;
}

/** The unsigned integer at `offset`; refuses one beyond 2^53 − 1. */
export function readUint(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  if (end > bytes.length) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: end, actual: bytes.length });
  }
  let value = 0;
  for (let index = offset; index < end; index += 1) value = value * 256 + bytes[index]!;
  if (!Number.isSafeInteger(value)) throw outOfRange(readBigUint(bytes, offset, length), 53 / 8);
  return value;
}

/** The unsigned integer at `offset`, of any size. */
export function readBigUint(bytes: Uint8Array, offset: number, length: number): bigint {
  const end = offset + length;
  if (end > bytes.length) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: end, actual: bytes.length });
  }
  let value = 0n;
  for (let index = offset; index < end; index += 1) value = (value << 8n) | BigInt(bytes[index]!);
  return value;
}

function writeSmall(value: number, target: Uint8Array, offset: number, length: number): void {
  if (value < 0) throw outOfRange(value, length);
  let rest = value;
  for (let index = offset + length - 1; index >= offset; index -= 1) {
    target[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (rest !== 0) throw outOfRange(value, length);
}

function outOfRange(value: number | bigint, length: number): EncodingError {
  return new EncodingError({ code: "OUT_OF_RANGE", value: String(value), bits: length * 8 });
}
