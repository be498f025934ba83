import { EncodingError } from "./encoding-error.ts";

/** Bytes as lower-case hexadecimal text with `0x` in front. */
export type Hex = `0x${string}`;

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** Lower-case text of the bytes. */
export function bytesToHex(bytes: Uint8Array): Hex {
  let text = "";
  for (let index = 0; index < bytes.length; index += 1) text += pairs[bytes[index]!]!;
  return `0x${text}`;
}

/** The bytes; upper-case digits are accepted, a missing `0x` or half a byte is not. */
export function hexToBytes(hex: string): Uint8Array {
  if (!hex.startsWith("0x") || hex.length % 2 !== 0) throw badHex(hex);
  const bytes = new Uint8Array(hex.length / 2 - 1);
  writeHex(hex, bytes, 0);
  return bytes;
}

/** Writes the bytes of `hex` at `offset`; the caller has made room for them. */
export function writeHex(hex: string, target: Uint8Array, offset: number): void {
  for (let index = 2, to = offset; index < hex.length; index += 2, to += 1) {
    const byte = (digit(hex.charCodeAt(index)) << 4) | digit(hex.charCodeAt(index + 1));
    if (byte < 0) throw badHex(hex);
    target[to] = byte;
  }
}

/** Is it lower-case hexadecimal text, of exactly `length` bytes when that is given? */
export function isHex(value: unknown, length?: number): value is Hex {
  if (typeof value !== "string") return false;
  if (length !== undefined && value.length !== 2 + 2 * length) return false;
  return value.length % 2 === 0 && /^0x[0-9a-f]*$/.test(value);
}

/** How many bytes the text stands for. */
export function hexLength(hex: Hex): number {
  return hex.length / 2 - 1;
}

/** One text for all parts. */
export function joinHex(...parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join("")}`;
}

// Negative for anything that is no digit, so that one test covers both halves of a byte.
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -256;
}

function badHex(value: string): EncodingError {
  return new EncodingError({ code: "BAD_HEX", value: value.slice(0, 80) });
}
