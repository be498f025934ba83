import type { Report } from "../report.ts";
import { formatTimestamp } from "../timestamp.ts";
import type { Tree } from "../tree.ts";
import { textAt } from "./build.ts";
import type { KwalaFields } from "./keys.ts";
import { refusePlaceholder, wordOf } from "./value.ts";
import { readUnixTime } from "./when.ts";

const NEVER = "9999-12-31T23:59:59Z";

/** The native `expires`. */
export function expiresTree(fields: KwalaFields, report: Report): Tree {
  const tree = fields.used("ExpiresIn");
  if (tree === undefined) {
    const span = fields.keySpan("ExpiresIn");
    report.add("DEED_KWALA_ASSUMED", span, "without 'ExpiresIn' this never expires", {
      hint: "its owner can revoke it; ExpiresIn is a unix time in seconds",
    });
    return textAt(span, NEVER);
  }
  const word = wordOf(tree) ?? "";
  if (/^[0-9]{1,16}$/.test(word)) {
    const expiresSec = readUnixTime(word, "'ExpiresIn'", tree.span, report);
    return textAt(tree.span, expiresSec === null ? NEVER : formatTimestamp(expiresSec));
  }
  if (!refusePlaceholder(tree, "text", report)) {
    const hint = "seconds since 1970, as `date +%s` prints them, for example 1798761600";
    report.add("DEED_KWALA_TIME", tree.span, "'ExpiresIn' must be a unix time in seconds", {
      hint,
    });
  }
  return textAt(tree.span, NEVER);
}
