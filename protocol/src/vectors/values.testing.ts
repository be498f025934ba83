import { keccakText } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { wordHex } from "../encoding/word.ts";

/** What a vector may hold: forge reads scalars and lists of words. */
export type Field = string | number | boolean | readonly string[] | readonly number[];
export type Case = { readonly [name: string]: Field };

/** A word that stands for a name. */
export function word(name: string): Hex {
  return keccakText(`deed vector ${name}`);
}

/** An address that stands for a name. */
export function address(name: string): Hex {
  return `0x${word(name).slice(26)}`;
}

/** Unsigned 256-bit numbers are words in the files: JSON has none so large. */
export function big(value: bigint): Hex {
  return wordHex(value);
}

export const chainId = 31337;
export const executions: Hex = address("Executions");
