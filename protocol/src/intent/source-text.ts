import { EncodingError, utf8Text } from "../encoding/index.ts";
import { Report } from "./report.ts";

/** A workflow is emitted on the ledger: it stays small. */
export const MAX_YAML_BYTES = 24_576;

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
    report.add("DEED_TOO_LARGE", { start: 0, end: 1 }, message);
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
const HIDDEN = /[^\P{Cc}\t\n\r]|[\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069]/gu;

function checkCharacters(text: string, report: Report): void {
  for (const match of text.matchAll(HIDDEN)) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const span = { start: match.index, end: match.index + match[0].length };
    const hint = "what is signed must be what people see";
    report.add("DEED_CONTROL_CHARACTER", span, `the invisible character U+${code}`, { hint });
  }
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
