import type { Hex } from "@deed/protocol/encoding";
import { type AbiType, headWords, isDynamic } from "./abi-type.ts";

/** Numbers, addresses and truth values are bigints; bytes and strings hexadecimal. */
export type AbiValue = bigint | Hex | readonly AbiValue[];

const WORD = 32;

/**
 * Decodes arguments in their one canonical form: no bit outside a type, tails in order without gap or overlap, nothing
 * behind the last. So what was decoded is all that there is. Null for anything else.
 */
export function decodeArguments(type: AbiType, bytes: Uint8Array): AbiValue | null {
  try {
    const { value, end } = read(type, bytes, 0);
    return end === bytes.length ? value : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Read {
  readonly value: AbiValue;
  /** Where the next thing begins. */
  readonly end: number;
}

function read(type: AbiType, bytes: Uint8Array, at: number): Read {
  switch (type.kind) {
    case "number": {
      const value = wordAt(bytes, at);
      if (value >> BigInt(type.bits) !== 0n) throw new RangeError(type.name);
      return { value, end: at + WORD };
    }
    case "fixed":
      requireZeros(bytes, at + type.bytes, at + WORD);
      return { value: hexAt(bytes, at, type.bytes), end: at + WORD };
    case "bytes": {
      const length = countAt(bytes, at);
      const end = at + WORD + WORD * Math.ceil(length / WORD);
      requireZeros(bytes, at + WORD + length, end);
      return { value: hexAt(bytes, at + WORD, length), end };
    }
    case "list": {
      if (type.length !== null) return readAll(Array(type.length).fill(type.item), bytes, at);
      const length = countAt(bytes, at);
      return readAll(Array(length).fill(type.item), bytes, at + WORD);
    }
    case "tuple":
      return readAll(type.fields, bytes, at);
  }
}

// Heads first, then the tails that their offsets lead to, each where the one before ended.
function readAll(types: readonly AbiType[], bytes: Uint8Array, from: number): Read {
  let head = from;
  let end = from + WORD * types.reduce((sum, type) => sum + headWords(type), 0);
  const values = types.map((type) => {
    if (!isDynamic(type)) {
      const { value, end: next } = read(type, bytes, head);
      head = next;
      return value;
    }
    if (from + countAt(bytes, head) !== end) throw new RangeError("offset");
    head += WORD;
    const tail = read(type, bytes, end);
    end = tail.end;
    return tail.value;
  });
  return { value: values, end };
}

function wordAt(bytes: Uint8Array, at: number): bigint {
  return BigInt(hexAt(bytes, at, WORD));
}

/** A length or an offset: never more than there are bytes. */
function countAt(bytes: Uint8Array, at: number): number {
  const count = wordAt(bytes, at);
  if (count > BigInt(bytes.length)) throw new RangeError("count");
  return Number(count);
}

function hexAt(bytes: Uint8Array, at: number, length: number): Hex {
  if (at + length > bytes.length) throw new RangeError("end");
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString("hex")}`;
}

function requireZeros(bytes: Uint8Array, from: number, to: number): void {
  if (to > bytes.length) throw new RangeError("end");
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) throw new RangeError("padding");
}
