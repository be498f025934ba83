import { type Hex, keccakText } from "../encoding/index.ts";
import { readText } from "./reader.ts";
import type { Report } from "./report.ts";
import type { Tree } from "./tree.ts";

export function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

/** EIP-55: capital letters, where there are any beside small ones, are a checksum. */
export function hasValidChecksum(address: string): boolean {
  const digits = address.slice(2);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) return true;
  return digits === checksummed(digits.toLowerCase());
}

/** The address with its checksum. */
export function checksumAddress(address: string): Hex {
  return `0x${checksummed(address.slice(2).toLowerCase())}`;
}

function checksummed(digits: string): string {
  const hash = keccakText(digits).slice(2);
  return [...digits]
    .map((digit, at) =>
      Number.parseInt(hash[at] as string, 16) >= 8 ? digit.toUpperCase() : digit,
    )
    .join("");
}

/** An address in lower case, its checksum verified where it has one. */
export function readAddress(tree: Tree, what: string, report: Report): Hex | null {
  const text = readText(tree, what, report);
  if (text === null) return null;
  if (!isAddress(text.value)) {
    const hint = '"0x" and 40 hexadecimal digits, in quotes';
    report.add("DEED_ADDRESS", text.span, `${what} is not an address`, { hint });
    return null;
  }
  if (!hasValidChecksum(text.value)) {
    report.add("DEED_CHECKSUM", text.span, `the capital letters of ${what} are not its checksum`, {
      hint: `a digit may be wrong; if it is right, write ${checksumAddress(text.value)}`,
    });
    return null;
  }
  return text.value.toLowerCase() as Hex;
}
