import type { Report } from "../report.ts";
import type { Entry, Tree } from "../tree.ts";
import { booleanAt, mapAt, textAt } from "./build.ts";
import { reportMissing } from "./event-source.ts";
import type { KwalaFields } from "./keys.ts";
import { type EventScope, templateOf } from "./re-event.ts";
import { isUnused, refusePlaceholder } from "./value.ts";

/** The native `http` of a post; null when the report says why not. */
export function postTree(fields: KwalaFields, scope: EventScope, report: Report): Tree | null {
  const endpoint = fields.used("APIEndpoint");
  if (endpoint === undefined) {
    reportMissing("APIEndpoint", "a post", fields, report);
    return null;
  }
  if (endpoint.kind !== "scalar" || typeof endpoint.value !== "string") {
    report.add("DEED_WRONG_TYPE", endpoint.span, "'APIEndpoint' must be a URL");
    return null;
  }
  if (refusePlaceholder(endpoint, "url", report)) return null;
  const url = templateOf({ ...endpoint, value: endpoint.value }, "text", scope, report);
  const payload = fields.tree("APIPayload");
  const body =
    payload === undefined || isUnused(payload) ? undefined : bodyOf(payload, scope, report);
  const span = fields.keySpan("APIEndpoint");
  return mapAt(span, {
    method: textAt(span, "POST"),
    url,
    insecure: /^\s*http:/i.test(endpoint.value) ? booleanAt(endpoint.span, true) : undefined,
    body,
  });
}

/** A payload with its `re.event(n)` replaced. Numbers and booleans stay what they are. */
function bodyOf(tree: Tree, scope: EventScope, report: Report): Tree {
  if (tree.kind === "list") {
    return { ...tree, items: tree.items.map((item) => bodyOf(item, scope, report)) };
  }
  if (tree.kind === "map") {
    const entries = tree.entries.map(
      (entry): Entry => ({ ...entry, value: bodyOf(entry.value, scope, report) }),
    );
    return { ...tree, entries };
  }
  const { value } = tree;
  if (typeof value !== "string" || refusePlaceholder(tree, "text", report)) return tree;
  return templateOf({ ...tree, value }, "text", scope, report);
}
