import { readBigUint, readUint } from "../../encoding/bytes.ts";
import { EncodingError } from "../../encoding/encoding-error.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import { utf8Text } from "../../encoding/utf8.ts";
import { ChainError } from "./chain-error.ts";

// A reader of ABI-encoded values, as small as the events of an audit allow: unsigned numbers, addresses,
// fixed and dynamic bytes, strings, booleans, lists without a fixed length, tuples.

/** Unsigned numbers are bigints, bytes and addresses lower-case hexadecimal text. */
export type AbiValue = bigint | boolean | string | readonly AbiValue[];

/** A type, parsed once. */
export type AbiType =
  | { readonly kind: "uint"; readonly bytes: number }
  | { readonly kind: "address" }
  | { readonly kind: "bool" }
  | { readonly kind: "fixed"; readonly bytes: number }
  | { readonly kind: "bytes" }
  | { readonly kind: "string" }
  | { readonly kind: "list"; readonly item: AbiType }
  | { readonly kind: "tuple"; readonly fields: readonly AbiType[] };

/** Reads a canonical type such as `(address,uint256[])`. */
export function abiType(text: string): AbiType {
  if (text.endsWith("[]")) return { kind: "list", item: abiType(text.slice(0, -2)) };
  if (text.startsWith("(")) {
    return { kind: "tuple", fields: splitTypes(text.slice(1, -1)).map(abiType) };
  }
  if (text === "address" || text === "bool" || text === "bytes" || text === "string") {
    return { kind: text };
  }
  const [, name, size] = /^(uint|bytes)([0-9]+)$/.exec(text) ?? [];
  if (name === "uint") return { kind: "uint", bytes: Number(size) / 8 };
  if (name === "bytes") return { kind: "fixed", bytes: Number(size) };
  throw badAbi(`type ${text}`);
}

/** The members of a list of types, tuples left whole. */
export function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return part === "" ? parts : [...parts, part];
}

/** Reads the values of a tuple's fields. @throws ChainError */
export function decodeAbi(fields: readonly AbiType[], data: Uint8Array): readonly AbiValue[] {
  try {
    return readFields(fields, data, 0);
  } catch (error) {
    if (error instanceof EncodingError) throw badAbi(error.failure.code);
    throw error;
  }
}

function readFields(fields: readonly AbiType[], data: Uint8Array, base: number): AbiValue[] {
  let head = base;
  return fields.map((field) => {
    const at = isDynamic(field) ? base + readUint(data, head, 32) : head;
    head += headSize(field);
    return readValue(field, data, at);
  });
}

function readValue(type: AbiType, data: Uint8Array, at: number): AbiValue {
  switch (type.kind) {
    case "uint":
      return readPadded(data, at, type.bytes);
    case "address":
      return bytesToHex(slice(data, at, 32, 12, 0)) as Hex;
    case "bool": {
      const value = readPadded(data, at, 1);
      if (value > 1n) throw badAbi("bool");
      return value === 1n;
    }
    case "fixed":
      return bytesToHex(slice(data, at, 32, 0, 32 - type.bytes));
    case "bytes":
      return bytesToHex(readBytes(data, at));
    case "string":
      return utf8Text(readBytes(data, at));
    case "list":
      return readList(type.item, data, at);
    case "tuple":
      return readFields(type.fields, data, at);
  }
}

function readList(item: AbiType, data: Uint8Array, at: number): AbiValue[] {
  const length = readUint(data, at, 32);
  // Every item takes at least a word: no short input asks for a long list.
  if (length * 32 > data.length) throw badAbi("list");
  return readFields(Array<AbiType>(length).fill(item), data, at + 32);
}

function readBytes(data: Uint8Array, at: number): Uint8Array {
  const length = readUint(data, at, 32);
  const start = at + 32;
  if (start + length > data.length) throw badAbi("bytes");
  return data.subarray(start, start + length);
}

function readPadded(data: Uint8Array, at: number, bytes: number): bigint {
  slice(data, at, 32, 32 - bytes, 0);
  return readBigUint(data, at + 32 - bytes, bytes);
}

// The bytes of a word without its padding, which must be zero.
function slice(
  data: Uint8Array,
  at: number,
  width: number,
  left: number,
  right: number,
): Uint8Array {
  if (at + width > data.length) throw badAbi("end of data");
  const word = data.subarray(at, at + width);
  const padding = [...word.subarray(0, left), ...word.subarray(width - right)];
  if (padding.some((byte) => byte !== 0)) throw badAbi("padding");
  return word.subarray(left, width - right);
}

function isDynamic(type: AbiType): boolean {
  switch (type.kind) {
    case "bytes":
    case "string":
    case "list":
      return true;
    case "tuple":
      return type.fields.some(isDynamic);
    default:
      return false;
  }
}

function headSize(type: AbiType): number {
  if (type.kind !== "tuple" || isDynamic(type)) return 32;
  return type.fields.reduce((size, field) => size + headSize(field), 0);
}

function badAbi(detail: string): ChainError {
  return new ChainError({ code: "BAD_ABI", detail });
}
