import { readTemplate } from "./computed.ts";
import type { Dependency, Names } from "./names.ts";
import { readMap, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import { type ScalarTree, spanInside, type Tree } from "./tree.ts";

// What the broker sets itself, and what would let a message end early or take another way.
const FORBIDDEN: readonly string[] = [
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "expect",
  "host",
  "http2-settings",
  "idempotency-key",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
];
const MAX_HEADERS = 32;
const MAX_VALUE = 4096;

export interface Headers {
  /** Lower-case names; values are templates. */
  readonly values: { readonly [name: string]: string };
  readonly dependencies: readonly Dependency[];
}

/** Reads a step's headers. */
export function readHeaders(tree: Tree, names: Names, report: Report): Headers {
  const values = new Map<string, string>();
  const dependencies: Dependency[] = [];
  const map = readMap(tree, "'headers'", report);
  if (map !== null && map.entries.length > MAX_HEADERS) {
    report.add("DEED_HEADER", map.span, `more than ${MAX_HEADERS} headers`);
  }
  for (const { key, keySpan, value } of map?.entries ?? []) {
    const name = key.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(key)) {
      report.add("DEED_HEADER", keySpan, "this is no header name");
    } else if (FORBIDDEN.includes(name)) {
      const message = `the header '${key}' is set by the node, not by a workflow`;
      report.add("DEED_FORBIDDEN_HEADER", keySpan, message);
    } else if (values.has(name)) {
      report.add("DEED_HEADER", keySpan, `the header '${name}' stands here twice`);
    }
    const text = readText(value, `the header '${key}'`, report);
    const template = text === null ? null : readTemplate(text, "text", names, report);
    if (text === null || template === null) continue;
    checkLiterals(text, template.parts, report);
    values.set(name, template.source);
    dependencies.push(...template.dependencies);
  }
  return { values: Object.fromEntries(values), dependencies };
}

function checkLiterals(
  scalar: ScalarTree & { readonly value: string },
  parts: readonly unknown[],
  report: Report,
): void {
  const literal = parts.filter((part) => typeof part === "string").join("");
  if (scalar.value.length > MAX_VALUE) {
    report.add("DEED_HEADER", scalar.span, `longer than ${MAX_VALUE} characters`);
  }
  if (!/[^ -~]/.test(literal)) return;
  const at = scalar.value.search(/[^ -~]/);
  const span = spanInside(scalar, at, at + 1);
  report.add("DEED_HEADER", span, "a header's value is visible ASCII and spaces");
}
