import { EncodingError, utf8Text } from "../encoding/index.ts";
import { Report } from "./report.ts";
import type { Span } from "./tree.ts";

/** As many as the contract registers: a workflow is emitted on the ledger. */
export const MAX_YAML_BYTES = 65_536;

const MAX_FLOW_DEPTH = 64;
const COMPACT_NESTING: RegExp = new RegExp(`(?:[-?][ \\t]+){${MAX_FLOW_DEPTH}}`);

/** The text of a workflow's bytes, or a report that says why they are none. */
export function readSource(
  bytes: Uint8Array,
  fileName: string,
): { readonly text: string; readonly report: Report } {
  if (bytes.length > MAX_YAML_BYTES) {
    const report = new Report("", fileName);
    const message = `${bytes.length} bytes; a workflow has at most ${MAX_YAML_BYTES}`;
    report.add("DEED_TOO_LARGE", { start: 0, end: 1 }, message, {
      hint: "all of it is emitted on the ledger; of a contract's ABI the entries that are used are enough",
    });
    return { text: "", report };
  }
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const decoded = decode(bytes);
  const report = new Report(decoded.text, fileName);
  if (hasBom) {
    const hint = "save the file as UTF-8 without BOM";
    report.add("DEED_BOM", { start: 0, end: 1 }, "the file begins with a byte order mark", {
      hint,
    });
  }
  if (decoded.invalidAt !== null) {
    const span = { start: decoded.text.length, end: decoded.text.length + 1 };
    report.add("DEED_NOT_UTF8", span, `byte ${decoded.invalidAt} is not UTF-8`);
  }
  checkCharacters(decoded.text, report);
  checkNesting(decoded.text, report);
  return { text: decoded.text, report };
}

function decode(bytes: Uint8Array): { text: string; invalidAt: number | null } {
  try {
    return { text: utf8Text(bytes), invalidAt: null };
  } catch (error) {
    if (!(error instanceof EncodingError) || error.failure.code !== "BAD_UTF8") throw error;
    const { offset } = error.failure;
    return { text: utf8Text(bytes.subarray(0, offset)), invalidAt: offset };
  }
}

// Control characters, and the ones that reorder or hide text: what people read is what they sign.
// Listed here, since Unicode's own classes grow with its versions.
const HIDDEN: RegExp = new RegExp(
  [
    "[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f",
    "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]",
  ].join(""),
  "gu",
);

function checkCharacters(text: string, report: Report): void {
  for (const { index, character } of hiddenCharacters(text)) {
    reportHidden(character, { start: index, end: index + character.length }, report);
  }
}

/** Invisible characters of a text; an escape in YAML can make them, too. */
export function hiddenCharacters(
  text: string,
): readonly { readonly index: number; readonly character: string }[] {
  return [...text.matchAll(HIDDEN)].map(({ index, 0: character }) => ({ index, character }));
}

export function reportHidden(character: string, span: Span, report: Report): void {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const hint = "what is signed must be what people see";
  report.add("DEED_CONTROL_CHARACTER", span, `the invisible character U+${code}`, { hint });
}

// The YAML parser recurses: depth is bounded before it, so that no host's stack decides.
function checkNesting(text: string, report: Report): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at];
    if (unit === "[" || unit === "{") depth += 1;
    else if ((unit === "]" || unit === "}") && depth > 0) depth -= 1;
    if (depth > MAX_FLOW_DEPTH) {
      tooDeep(at, report);
      return;
    }
  }
  const compact = COMPACT_NESTING.exec(text);
  if (compact !== null) tooDeep(compact.index, report);
}

function tooDeep(at: number, report: Report): void {
  const message = `nested more than ${MAX_FLOW_DEPTH} levels`;
  report.add("DEED_TOO_DEEP", { start: at, end: at + 1 }, message);
}
