import { writeUint } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes, writeHex } from "./hex.ts";
import { utf8Bytes } from "./utf8.ts";

/** What fills 32 bytes: an unsigned number, 32 bytes as they are, or an address (20 bytes, left-padded). */
export type Word = number | bigint | Hex;

export const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;
export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** `word("…")` of the specification: ASCII text, left-aligned, zero-padded. */
export function textWord(text: string): Hex {
  const bytes = utf8Bytes(text);
  if (bytes.length > 32) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: 32, actual: bytes.length });
  }
  return padRight(bytesToHex(bytes));
}

/** Bytes of at most a word, zero-padded on the right, for example a 27-byte seed. */
export function padRight(hex: Hex): Hex {
  return `0x${hex.slice(2).padEnd(64, "0")}`;
}

/** Writes one word at `offset`. */
export function writeWord(word: Word, target: Uint8Array, offset: number): void {
  if (typeof word !== "string") writeUint(word, target, offset, 32);
  else if (word.length === 66) writeHex(word, target, offset);
  else if (word.length === 42) writeHex(word, target, offset + 12);
  else {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: 32, actual: word.length / 2 - 1 });
  }
}

/** The words one after the other, with `tag` as a first byte when it is given. */
export function packWords(words: readonly Word[], tag?: number): Uint8Array {
  const start = tag === undefined ? 0 : 1;
  const bytes = new Uint8Array(start + words.length * 32);
  if (tag !== undefined) bytes[0] = tag;
  for (let index = 0; index < words.length; index += 1) {
    writeWord(words[index]!, bytes, start + index * 32);
  }
  return bytes;
}

/** One word as text. */
export function wordHex(word: Word): Hex {
  return bytesToHex(packWords([word]));
}

/** `keccak(words)`. */
export function hashWords(words: readonly Word[], hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.keccak256(packWords(words)));
}

/** A tree's leaf: `keccak(0x00 ‖ words)`. */
export function leafOfWords(words: readonly Word[], hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.keccak256(packWords(words, 0)));
}

/** A word as a number. */
export function wordToBigint(word: Hex): bigint {
  if (hexToBytes(word).length !== 32) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: 32, actual: word.length / 2 - 1 });
  }
  return BigInt(word);
}
