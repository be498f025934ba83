/** An elementary ABI type, or an array. Tuples are not in this version. */
export type AbiType =
  | { readonly kind: "uint" | "int"; readonly bits: number }
  | { readonly kind: "address" }
  | { readonly kind: "bool" }
  | { readonly kind: "fixed-bytes"; readonly size: number }
  | { readonly kind: "bytes" }
  | { readonly kind: "string" }
  | { readonly kind: "array"; readonly item: AbiType; readonly length: number | null };

const MAX_ARRAY_DEPTH = 4;
const MAX_ARRAY_LENGTH = 1024;

/** Parses a type such as `uint256` or `address[2][]`; a string says what is wrong with it. */
export function parseAbiType(text: string): AbiType | string {
  const match = /^([a-z][a-z0-9]*)((?:\[[0-9]*\])*)$/.exec(text);
  if (match === null) return `'${text}' is not an ABI type`;
  const element = parseElement(match[1] as string);
  if (typeof element === "string") return element;
  const dimensions = [...(match[2] as string).matchAll(/\[([0-9]*)\]/g)].map(([, size]) => size);
  if (dimensions.length > MAX_ARRAY_DEPTH) return `more than ${MAX_ARRAY_DEPTH} array dimensions`;
  let type: AbiType = element;
  for (const size of dimensions) {
    const length = size === "" || size === undefined ? null : Number(size);
    if (length !== null && (length < 1 || length > MAX_ARRAY_LENGTH)) {
      return `an array's length must be between 1 and ${MAX_ARRAY_LENGTH}`;
    }
    type = { kind: "array", item: type, length };
  }
  return type;
}

/** Their size may follow. */
const SIZED_KINDS = ["uint", "int", "bytes"] as const;

function parseElement(name: string): AbiType | string {
  if (name === "address" || name === "bool" || name === "bytes" || name === "string") {
    return { kind: name };
  }
  const kind = SIZED_KINDS.find((one) => name.startsWith(one));
  const digits = name.slice(kind?.length);
  if (kind === undefined || !/^[0-9]*$/.test(digits)) return unknownElement(name);
  const size = digits === "" ? 256 : Number(digits);
  if (digits.startsWith("0")) return `'${name}' is not an ABI type`;
  if (kind === "bytes") {
    return size >= 1 && size <= 32
      ? { kind: "fixed-bytes", size }
      : `'${name}': fixed bytes have between 1 and 32 of them`;
  }
  const isSize = size % 8 === 0 && size >= 8 && size <= 256;
  return isSize ? { kind, bits: size } : `'${name}': integers have 8, 16, … 256 bits`;
}

function unknownElement(name: string): string {
  if (name.startsWith("tuple")) return "tuples are not supported by this version";
  if (name === "function" || name.startsWith("fixed") || name.startsWith("ufixed")) {
    return `'${name}' is not supported`;
  }
  return `'${name}' is not an ABI type`;
}

/** The type as signatures have it: `uint` becomes `uint256`. */
export function canonicalType(type: AbiType): string {
  switch (type.kind) {
    case "uint":
    case "int":
      return `${type.kind}${type.bits}`;
    case "fixed-bytes":
      return `bytes${type.size}`;
    case "array":
      return `${canonicalType(type.item)}[${type.length ?? ""}]`;
    default:
      return type.kind;
  }
}

/** Whether the encoding has an offset in the head and its content in the tail. */
export function isDynamic(type: AbiType): boolean {
  if (type.kind === "array") return type.length === null || isDynamic(type.item);
  return type.kind === "bytes" || type.kind === "string";
}

/** Bytes that a static type takes. */
export function staticSize(type: AbiType): number {
  return type.kind === "array" ? (type.length ?? 0) * staticSize(type.item) : 32;
}
