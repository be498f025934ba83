import type { Report } from "../report.ts";
import type { Span } from "../tree.ts";
import type { KwalaFields } from "./keys.ts";
import { refusePlaceholder, wordOf } from "./value.ts";

/** Where each action's end is told. */
export interface StatusTarget {
  readonly text: string;
  readonly span: Span;
}

// Kwala's own dashboard knows nothing of a run by Deed.
const DASHBOARD = /^https?:\/\/(?:[a-z0-9-]+\.)*(?:kalp|kwala)\.network(?:[:/]|$)/i;

/** `ActionStatusNotificationPOSTURL`, and nothing of its key: what is registered is public. */
export function readStatusTarget(fields: KwalaFields, report: Report): StatusTarget | null {
  const keyTree = fields.used("ActionStatusNotificationAPIKey");
  if (keyTree !== undefined) {
    report.add("DEED_KWALA_SECRET", keyTree.span, "a key in a workflow is public for ever", {
      hint: "write NA, and replace the key where it is in use",
    });
  }
  const tree = fields.used("ActionStatusNotificationPOSTURL");
  if (tree === undefined) return null;
  if (refusePlaceholder(tree, "url", report)) return null;
  const text = wordOf(tree);
  if (text === null) {
    report.add("DEED_WRONG_TYPE", tree.span, "'ActionStatusNotificationPOSTURL' must be a URL");
    return null;
  }
  if (DASHBOARD.test(text)) {
    const message = "Kwala's own dashboard is not told: it knows nothing of runs by Deed";
    report.add("DEED_KWALA_ASSUMED", tree.span, message, {
      hint: "`deed runs` and `deed show` tell how each action ended; a URL of your own gets a POST for each",
    });
    return null;
  }
  return { text: text.replaceAll("${", "$${"), span: tree.span };
}
