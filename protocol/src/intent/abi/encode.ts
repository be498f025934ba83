import { concatBytes, uintBytes } from "../../encoding/index.ts";
import { type AbiType, isDynamic, staticSize } from "./abi-type.ts";
import type { AbiValue } from "./abi-value.ts";

/** ABI encoding of arguments, without the selector. The values were checked against the types. */
export function encodeArguments(
  types: readonly AbiType[],
  values: readonly AbiValue[],
): Uint8Array {
  const headSize = types.reduce((sum, type) => sum + (isDynamic(type) ? 32 : staticSize(type)), 0);
  const heads: Uint8Array[] = [];
  const tails: Uint8Array[] = [];
  let offset = headSize;
  for (const [index, type] of types.entries()) {
    const encoded = encodeValue(type, values[index] as AbiValue);
    if (isDynamic(type)) {
      heads.push(uintBytes(offset, 32));
      tails.push(encoded);
      offset += encoded.length;
    } else heads.push(encoded);
  }
  return concatBytes(...heads, ...tails);
}

function encodeValue(type: AbiType, value: AbiValue): Uint8Array {
  switch (value.kind) {
    case "number":
      return uintBytes(BigInt.asUintN(256, value.value), 32);
    case "bytes": {
      const padded = padToWords(value.bytes);
      if (type.kind === "fixed-bytes") return padded;
      return concatBytes(uintBytes(value.bytes.length, 32), padded);
    }
    case "list":
      return encodeList(type as AbiType & { kind: "array" }, value.items);
  }
}

function encodeList(
  { item, length }: AbiType & { kind: "array" },
  items: readonly AbiValue[],
): Uint8Array {
  const types = items.map(() => item);
  const content = encodeArguments(types, items);
  return length === null ? concatBytes(uintBytes(items.length, 32), content) : content;
}

function padToWords(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 32) * 32);
  padded.set(bytes);
  return padded;
}
