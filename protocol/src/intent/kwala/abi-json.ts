import { EncodingError, utf8Text } from "../../encoding/index.ts";
import { decodeBase64 } from "./base64.ts";

/** One parameter as a contract's ABI describes it. */
export interface AbiInput {
  readonly name: string;
  readonly type: string;
  readonly indexed: boolean;
}

/** An event or function of a contract's ABI. */
export interface AbiEntry {
  readonly type: "event" | "function";
  readonly name: string;
  readonly inputs: readonly AbiInput[];
}

/** The events and functions of an ABI: JSON, or JSON in base64. A string says what is wrong with it. */
export function readAbiJson(text: string): readonly AbiEntry[] | string {
  const compact = text.replace(/\s+/g, "");
  const isJson = compact.startsWith("[") || compact.startsWith("{");
  const json = isJson ? text : decoded(compact);
  if (json === null) return "it is neither JSON nor base64";
  try {
    const value: unknown = JSON.parse(json);
    const items = Array.isArray(value) ? value : isRecord(value) ? value["abi"] : null;
    return Array.isArray(items) ? items.flatMap(entriesOf) : "it is JSON, but no list";
  } catch (error) {
    if (error instanceof SyntaxError) return "what it holds is not JSON";
    throw error;
  }
}

function decoded(text: string): string | null {
  const bytes = decodeBase64(text);
  if (bytes === null) return null;
  try {
    return utf8Text(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

function entriesOf(item: unknown): readonly AbiEntry[] {
  if (!isRecord(item)) return [];
  const { type, name, inputs } = item;
  if ((type !== "event" && type !== "function") || typeof name !== "string") return [];
  const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [];
  return [{ type, name, inputs: list.map(inputOf) }];
}

function inputOf(input: unknown): AbiInput {
  if (!isRecord(input)) return { name: "", type: "", indexed: false };
  const { name, type, indexed } = input;
  return {
    name: typeof name === "string" ? name : "",
    type: typeof type === "string" ? type : "",
    indexed: indexed === true,
  };
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
