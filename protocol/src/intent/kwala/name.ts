import type { Report } from "../report.ts";
import type { Tree } from "../tree.ts";
import { textAt } from "./build.ts";
import { reportMissing } from "./event-source.ts";
import type { KwalaFields } from "./keys.ts";
import { refusePlaceholder, wordOf } from "./value.ts";

const MAX_NAME = 64;

/**
 * The native `name`: small letters, hyphens for other characters, without the wallet that Kwala's dashboard
 * appends (an intent names its owner anyway).
 */
export function nameTree(fields: KwalaFields, report: Report): Tree | undefined {
  const tree = fields.used("Name");
  const word = tree === undefined ? null : wordOf(tree);
  if (tree === undefined || word === null) {
    reportMissing("Name", "a Kwala workflow", fields, report);
    return undefined;
  }
  if (refusePlaceholder(tree, "text", report)) return undefined;
  const plain = word
    .replace(/_0x[0-9a-fA-F]{40}$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (/\s/.test(word)) {
    report.add("DEED_KWALA_NAME", tree.span, "'Name' has no spaces", {
      suggestion: word.replace(/\s+/g, "_"),
    });
  } else if (plain === "" || plain.length > MAX_NAME) {
    const hint = `1 to ${MAX_NAME} letters, digits, _ and -`;
    report.add("DEED_KWALA_NAME", tree.span, "'Name' cannot be this", { hint });
  }
  return textAt(tree.span, plain);
}
