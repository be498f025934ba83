import { EncodingError } from "./encoding-error.ts";

// Written out because no text codec is a part of the language itself, and a fresh realm has none.

/** UTF-8 of a text; a lone surrogate has no bytes and is refused. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let to = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index)!;
    if (code < 0x80) {
      bytes[to++] = code;
    } else if (code < 0x800) {
      bytes[to++] = 0xc0 | (code >> 6);
      bytes[to++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[to++] = 0xe0 | (code >> 12);
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
    } else {
      bytes[to++] = 0xf0 | (code >> 18);
      bytes[to++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
      index += 1;
    }
  }
  return bytes;
}

/** How many bytes the text takes. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index)!;
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (code >= 0xd800 && code <= 0xdfff) throw new EncodingError({ code: "LONE_SURROGATE" });
    else if (code < 0x10000) length += 3;
    else {
      length += 4;
      index += 1;
    }
  }
  return length;
}

/** The text of UTF-8 bytes; anything malformed is refused. */
export function utf8Text(bytes: Uint8Array): string {
  let text = "";
  let index = 0;
  while (index < bytes.length) {
    const first = bytes[index]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      index += 1;
      continue;
    }
    const length = sequenceLength(first);
    const code = length === 0 ? -1 : decodeSequence(bytes, index, length);
    if (code < 0) throw new EncodingError({ code: "BAD_UTF8", offset: index });
    text += String.fromCodePoint(code);
    index += length;
  }
  return text;
}

function sequenceLength(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

const smallest = [0, 0, 0x80, 0x800, 0x10000];

// Negative when a continuation is missing, the form is not the shortest, or it is no scalar value.
function decodeSequence(bytes: Uint8Array, offset: number, length: number): number {
  let code = bytes[offset]! & (0x7f >> length);
  for (let index = offset + 1; index < offset + length; index += 1) {
    const byte = bytes[index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < smallest[length]! || code > 0x10ffff || surrogate ? -1 : code;
}
