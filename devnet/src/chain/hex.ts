/** Bytes as `0x` and lowercase digits. */
export type Hex = `0x${string}`;

export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** The bytes of a hex string, or undefined when it is none. */
export function fromHex(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) return undefined;
  return Buffer.from(text.slice(2), "hex");
}

export function quantity(value: number): Hex {
  return `0x${value.toString(16)}`;
}
