import type { Hex } from "@deed/protocol/encoding";
import { StoreError } from "./store-error.ts";

/** What SQLite keeps. No booleans: the library aborts the process on one. */
export type SqlValue = number | string | Uint8Array | null;

/** How a field is kept in its column. */
export interface Column<T> {
  encode(value: T): SqlValue;
  decode(value: unknown): T;
}

/** A column for every field of a row. */
export type Columns<Row> = { readonly [F in keyof Row]-?: Column<Row[F]> };

/** Exact up to 2^53. */
export const integer: Column<number> = {
  encode: (value) => {
    if (!Number.isSafeInteger(value)) throw bad("integer", value);
    return value;
  },
  decode: (value) => {
    if (typeof value !== "number") throw bad("integer", value);
    return value;
  },
};

export const text: Column<string> = {
  encode: (value) => {
    if (typeof value !== "string") throw bad("text", value);
    return value;
  },
  decode: (value) => {
    if (typeof value !== "string") throw bad("text", value);
    return value;
  },
};

/** Lower-case hexadecimal text with `0x`. */
export const hex: Column<Hex> = {
  encode: (value) => {
    if (typeof value !== "string" || !value.startsWith("0x")) throw bad("hex", value);
    return value.toLowerCase();
  },
  decode: (value) => text.decode(value) as Hex,
};

export const bytes: Column<Uint8Array> = {
  encode: (value) => {
    if (!(value instanceof Uint8Array)) throw bad("bytes", value);
    return value;
  },
  decode: (value) => {
    // As the library likes: a Buffer, or its memory alone.
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (value instanceof Uint8Array) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    throw bad("bytes", value);
  },
};

export const flag: Column<boolean> = {
  encode: (value) => {
    if (typeof value !== "boolean") throw bad("flag", value);
    return value ? 1 : 0;
  },
  decode: (value) => integer.decode(value) !== 0,
};

/** A bitmap or any other number beyond 2^53: hexadecimal text. */
export const bits: Column<bigint> = {
  encode: (value) => {
    if (typeof value !== "bigint" || value < 0n) throw bad("bits", value);
    return `0x${value.toString(16)}`;
  },
  decode: (value) => BigInt(text.decode(value)),
};

/** One of a closed set of words. The store alone writes its files, and the types say which words it writes. */
export function choice<T extends string>(): Column<T> {
  return text as unknown as Column<T>;
}

/** Anything that JSON can hold. */
export function json<T>(): Column<T> {
  return {
    encode: (value) => {
      const encoded = JSON.stringify(value) as string | undefined;
      if (encoded === undefined) throw bad("json", value);
      return encoded;
    },
    decode: (value) => JSON.parse(text.decode(value)) as T,
  };
}

/** The newest so many different values are read once: equal ones are one object, which nobody may change. */
export function interned<T>(column: Column<T>, most: number): Column<T> {
  const known = new Map<unknown, T>();
  return {
    encode: (value) => column.encode(value),
    decode: (raw) => {
      const kept = known.get(raw);
      if (kept !== undefined) return kept;
      const value = column.decode(raw);
      const [oldest] = known.keys();
      if (known.size >= most) known.delete(oldest);
      known.set(raw, value);
      return value;
    },
  };
}

/** Null where the fact is not known. */
export function optional<T>(column: Column<T>): Column<T | null> {
  return {
    encode: (value) => (value === null ? null : column.encode(value)),
    decode: (value) => (value === null ? null : column.decode(value)),
  };
}

function bad(type: string, value: unknown): StoreError {
  return new StoreError({ code: "STORE_BAD_VALUE", expected: type, actual: typeof value });
}
