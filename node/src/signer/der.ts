// The little of DER that two kinds of certificate need.

/** A value with its tag and length. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag), lengthOf(body.length), body]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x31, ...parts);
}

export function octets(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x04, ...parts);
}

/** Bits in whole bytes, or fewer: `unused` counts those left out of the last byte. */
export function bits(bytes: Uint8Array, unused = 0): Uint8Array {
  return der(0x03, Uint8Array.of(unused), bytes);
}

export function boolean(value: boolean): Uint8Array {
  return der(0x01, Uint8Array.of(value ? 0xff : 0));
}

/** A positive integer given by its bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  return trimmed[0]! >= 0x80 ? der(0x02, Uint8Array.of(0), trimmed) : der(0x02, trimmed);
}

export function utf8(text: string): Uint8Array {
  return der(0x0c, Buffer.from(text, "utf8"));
}

/** A context tag, primitive: `[n] IMPLICIT`. */
export function tagged(number: number, body: Uint8Array): Uint8Array {
  return der(0x80 + number, body);
}

/** A context tag around whole values: `[n] EXPLICIT`. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return der(0xa0 + number, ...parts);
}

/** For example `2.5.29.17`. */
export function oid(name: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = name.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

/** A time to the second: UTCTime until 2049, as RFC 5280 asks. */
export function time(sec: number): Uint8Array {
  const digits = new Date(sec * 1000).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const year = Number(digits.slice(0, 4));
  return year < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`, "latin1"))
    : der(0x18, Buffer.from(`${digits}Z`, "latin1"));
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Uint8Array.of(0x80 + bytes.length, ...bytes);
}
