import type { Hex } from "@deed/protocol/encoding";
import type { AbiValue } from "./abi-decode.ts";

const LONGEST = 400;
const LONGEST_BYTES = 2 + 2 * 32;

/** A decoded call for people, as `record(7,3,12,0x…,bytes[384],bytes[65])`; the log has the hash of all of it, too. */
export function callText(name: string, values: AbiValue): string {
  const text = `${name}${textOf(values, "(", ")")}`;
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function textOf(value: AbiValue, open = "[", close = "]"): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return bytesText(value as Hex);
  return `${open}${value.map((item) => textOf(item)).join(",")}${close}`;
}

function bytesText(value: Hex): string {
  return value.length <= LONGEST_BYTES ? value : `bytes[${(value.length - 2) / 2}]`;
}
