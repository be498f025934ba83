/** A type of the contract ABI (Solidity's "Contract ABI Specification"), as far as Deed's contracts use it. */
export type AbiType =
  /** One word: an unsigned number of so many bits, an address (160), a truth value (1). */
  | { readonly kind: "number"; readonly name: string; readonly bits: number }
  /** One word: so many bytes, then zeros. */
  | { readonly kind: "fixed"; readonly name: string; readonly bytes: number }
  | { readonly kind: "bytes"; readonly name: "bytes" | "string" }
  /** `length` null: as many as the data says. */
  | { readonly kind: "list"; readonly item: AbiType; readonly length: number | null }
  | { readonly kind: "tuple"; readonly fields: readonly AbiType[] };

/** A function by its name and its arguments' types, as `record(uint64,(bytes32,bool)[],bytes)`. */
export interface AbiFunction {
  readonly name: string;
  readonly inputs: Extract<AbiType, { kind: "tuple" }>;
}

const HEAD = /^[A-Za-z_$][\w$]*(?=\()/;
const WORD = /^(?:uint(\d+)|bytes(\d+)|address|bool|bytes|string)/;
const LIST = /^\[(\d*)\]/;

/** Null for what is no such signature. */
export function parseFunction(signature: string): AbiFunction | null {
  const name = HEAD.exec(signature)?.[0];
  if (name === undefined) return null;
  const rest = { text: signature.slice(name.length) };
  const inputs = takeType(rest);
  return inputs?.kind === "tuple" && rest.text === "" ? { name, inputs } : null;
}

/** Does its place in a head hold an offset instead of it? */
export function isDynamic(type: AbiType): boolean {
  switch (type.kind) {
    case "number":
    case "fixed":
      return false;
    case "bytes":
      return true;
    case "list":
      return type.length === null || isDynamic(type.item);
    case "tuple":
      return type.fields.some(isDynamic);
  }
}

/** Words in a head. */
export function headWords(type: AbiType): number {
  if (isDynamic(type) || type.kind === "number" || type.kind === "fixed") return 1;
  if (type.kind === "list") return (type.length ?? 0) * headWords(type.item);
  if (type.kind === "tuple") return type.fields.reduce((sum, field) => sum + headWords(field), 0);
  return 1;
}

interface Rest {
  text: string;
}

function takeType(rest: Rest): AbiType | null {
  let type = rest.text.startsWith("(") ? takeTuple(rest) : takeWord(rest);
  while (type !== null) {
    const list = LIST.exec(rest.text);
    if (list === null) break;
    rest.text = rest.text.slice(list[0].length);
    type = { kind: "list", item: type, length: list[1] === "" ? null : Number(list[1]) };
  }
  return type;
}

function takeTuple(rest: Rest): AbiType | null {
  const fields: AbiType[] = [];
  rest.text = rest.text.slice(1);
  while (!rest.text.startsWith(")")) {
    if (fields.length > 0 && !rest.text.startsWith(",")) return null;
    if (fields.length > 0) rest.text = rest.text.slice(1);
    const field = takeType(rest);
    if (field === null) return null;
    fields.push(field);
  }
  rest.text = rest.text.slice(1);
  return { kind: "tuple", fields };
}

function takeWord(rest: Rest): AbiType | null {
  const [name, bits, bytes] = WORD.exec(rest.text) ?? [];
  if (name === undefined) return null;
  rest.text = rest.text.slice(name.length);
  if (name === "bytes" || name === "string") return { kind: "bytes", name };
  if (name === "address") return { kind: "number", name, bits: 160 };
  if (name === "bool") return { kind: "number", name, bits: 1 };
  if (bytes !== undefined) {
    return Number(bytes) >= 1 && Number(bytes) <= 32
      ? { kind: "fixed", name, bytes: Number(bytes) }
      : null;
  }
  const width = Number(bits);
  return width >= 8 && width <= 256 && width % 8 === 0
    ? { kind: "number", name, bits: width }
    : null;
}
