import { hexToBytes, utf8Bytes } from "../../encoding/index.ts";
import { hasValidChecksum, isAddress } from "../address.ts";
import { nameOf, type Tree } from "../tree.ts";
import type { AbiType } from "./abi-type.ts";
import { canonicalType } from "./abi-type.ts";

/** A literal argument, checked against its type. */
export type AbiValue =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "list"; readonly items: readonly AbiValue[] };

export interface ArgumentProblem {
  readonly code: "DEED_ARGUMENT" | "DEED_AMOUNT_NOT_STRING" | "DEED_CHECKSUM";
  readonly message: string;
  readonly at: Tree;
  readonly hint?: string;
}

/** Reads a literal of the given type. Integers are text: YAML readers disagree about large numbers. */
export function readAbiValue(type: AbiType, tree: Tree): AbiValue | ArgumentProblem {
  if (type.kind === "array") return readArray(type, tree);
  if (tree.kind !== "scalar") return problem(type, tree);
  const { value } = tree;
  if (type.kind === "bool" && typeof value === "boolean") {
    return { kind: "number", value: value ? 1n : 0n };
  }
  const isNumber = typeof value === "bigint" || typeof value === "number";
  if (isNumber && type.kind !== "bool") return quoteIt(type, tree);
  if (typeof value !== "string") return problem(type, tree);
  switch (type.kind) {
    case "bool":
      return problem(type, tree, "write true or false, without quotes");
    case "uint":
    case "int":
      return readInteger(type, value, tree);
    case "address":
      return readAddress(type, value, tree);
    case "fixed-bytes":
    case "bytes":
      return readBytes(type, value, tree);
    default:
      return { kind: "bytes", bytes: utf8Bytes(value) };
  }
}

function readArray(type: AbiType & { kind: "array" }, tree: Tree): AbiValue | ArgumentProblem {
  if (tree.kind !== "list") return problem(type, tree);
  if (type.length !== null && type.length !== tree.items.length) {
    return problem(type, tree, `it has ${tree.items.length} elements`);
  }
  const items: AbiValue[] = [];
  for (const item of tree.items) {
    const read = readAbiValue(type.item, item);
    if ("code" in read) return read;
    items.push(read);
  }
  return { kind: "list", items };
}

function readInteger(
  type: AbiType & { kind: "uint" | "int" },
  text: string,
  tree: Tree,
): AbiValue | ArgumentProblem {
  const hint = 'decimal digits, for example "1000000000000000000"';
  if (!/^-?(0|[1-9][0-9]{0,78})$/.test(text) || text === "-0") return problem(type, tree, hint);
  const value = BigInt(text);
  const span = 2n ** BigInt(type.bits);
  const [min, max] = type.kind === "uint" ? [0n, span - 1n] : [-span / 2n, span / 2n - 1n];
  if (value >= min && value <= max) return { kind: "number", value };
  return problem(type, tree, `it must be between ${min} and ${max}`);
}

function readAddress(type: AbiType, text: string, tree: Tree): AbiValue | ArgumentProblem {
  if (!isAddress(text)) return problem(type, tree, '"0x" and 40 hexadecimal digits');
  if (!hasValidChecksum(text)) {
    const message = `the capital letters of ${text} are not its checksum: a digit may be wrong`;
    return { code: "DEED_CHECKSUM", message, at: tree };
  }
  return { kind: "number", value: BigInt(text) };
}

function readBytes(
  type: AbiType & { kind: "bytes" | "fixed-bytes" },
  text: string,
  tree: Tree,
): AbiValue | ArgumentProblem {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) {
    return problem(type, tree, '"0x" and an even number of hexadecimal digits');
  }
  const bytes = hexToBytes(text);
  if (type.kind === "fixed-bytes" && bytes.length !== type.size) {
    return problem(type, tree, `it has ${bytes.length} bytes`);
  }
  return { kind: "bytes", bytes };
}

function quoteIt(type: AbiType, tree: Tree): ArgumentProblem {
  const message = `this ${canonicalType(type)} is a bare number: write it as a string`;
  const hint = 'in quotes, for example "1000000000000000000": YAML readers round large numbers';
  return { code: "DEED_AMOUNT_NOT_STRING", message, at: tree, hint };
}

function problem(type: AbiType, at: Tree, hint?: string): ArgumentProblem {
  const message = `${nameOf(at)} that is no ${canonicalType(type)}`;
  return { code: "DEED_ARGUMENT", message, at, ...(hint === undefined ? {} : { hint }) };
}
