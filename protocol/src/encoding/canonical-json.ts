import { EncodingError } from "./encoding-error.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex } from "./hex.ts";
import type { Json } from "./json.ts";
import { utf8Bytes } from "./utf8.ts";

/**
 * Deeper values are refused: recursion must not depend on a host's stack. JSON from outside nests half as
 * deep, so that it fits into what holds it.
 */
export const MAX_JSON_DEPTH = 128;

/**
 * RFC 8785 text of a value. Numbers are integers of at most 53 bits: larger ones and fractions are
 * strings before they come here, so that nothing hashed depends on a printer of floating point.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0);
}

/** UTF-8 of the canonical text. */
export function canonicalBytes(value: Json): Uint8Array {
  return utf8Bytes(write(value, 0));
}

/** `sha256(JCS(value))`. */
export function jsonHash(value: Json, hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.sha256(canonicalBytes(value)));
}

function write(value: Json, depth: number): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "boolean":
      return value ? "true" : "false";
    case "number":
      return writeNumber(value);
    case "string":
      return writeString(value);
    case "object":
      if (depth >= MAX_JSON_DEPTH) {
        throw new EncodingError({ code: "TOO_DEEP", limit: MAX_JSON_DEPTH });
      }
      return isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new EncodingError({ code: "NOT_JSON", found: typeof value });
  }
}

function writeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw new EncodingError({
      code: "UNSAFE_NUMBER",
      value: Object.is(value, -0) ? "-0" : String(value),
    });
  }
  return String(value);
}

// In Unicode mode a surrogate matches only when it stands alone.
const loneSurrogate = /\p{Surrogate}/u;

function writeString(value: string): string {
  if (loneSurrogate.test(value)) throw new EncodingError({ code: "LONE_SURROGATE" });
  return JSON.stringify(value);
}

function writeArray(values: readonly Json[], depth: number): string {
  let text = "[";
  for (let index = 0; index < values.length; index += 1) {
    text += (index === 0 ? "" : ",") + write(values[index]!, depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: { readonly [key: string]: Json }, depth: number): string {
  let text = "{";
  // Without a comparator `sort` orders by UTF-16 code units, as RFC 8785 wants.
  for (const key of Object.keys(value).sort()) {
    const separator = text.length === 1 ? "" : ",";
    text += `${separator}${writeString(key)}:${write(value[key]!, depth + 1)}`;
  }
  return `${text}}`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
