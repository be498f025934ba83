import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  Parser,
  parseDocument,
} from "yaml";
import type { DiagnosticCode } from "./diagnostic.ts";
import type { Report } from "./report.ts";
import { hiddenCharacters, reportHidden } from "./source-text.ts";
import type { Entry, ScalarTree, Span, Tree } from "./tree.ts";

const MAX_DEPTH = 32;

/** Reads YAML into a tree; null when something is wrong that the report then names. */
export function readDocument(text: string, report: Report): Tree | null {
  const refused = refuseFeatures(text, report);
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    strict: true,
    uniqueKeys: true,
    intAsBigInt: true,
    prettyErrors: false,
    logLevel: "error",
  });
  reportErrors(document, text, refused, report);
  if (report.hasErrors) return null;
  const root = document.contents;
  const tree = root === null ? emptyTree(0) : toTree(root, { text, report, depth: 0 });
  return report.hasErrors ? null : tree;
}

const FEATURES: { readonly [type: string]: { code: DiagnosticCode; message: string } } = {
  anchor: { code: "DEED_YAML_ANCHOR", message: "anchors are not allowed" },
  alias: { code: "DEED_YAML_ALIAS", message: "aliases are not allowed" },
  tag: { code: "DEED_YAML_TAG", message: "tags are not allowed" },
  directive: { code: "DEED_YAML_DIRECTIVE", message: "directives are not allowed" },
};

/** Anchors, aliases, tags and directives, wherever the grammar puts them. */
function refuseFeatures(text: string, report: Report): boolean {
  let found = false;
  const visit = (token: unknown): void => {
    if (typeof token !== "object" || token === null) return;
    if (Array.isArray(token)) {
      token.forEach(visit);
      return;
    }
    const { type, offset, source } = token as { type?: string; offset?: number; source?: string };
    const feature = type === undefined ? undefined : FEATURES[type];
    if (feature !== undefined && Object.hasOwn(FEATURES, type as string)) {
      const start = offset ?? 0;
      const hint = "write it out: the signed bytes must mean one thing to every reader";
      report.add(feature.code, { start, end: start + (source ?? " ").length }, feature.message, {
        hint,
      });
      found = true;
    }
    for (const part of Object.values(token)) if (typeof part === "object") visit(part);
  };
  for (const token of new Parser().parse(text)) visit(token);
  return found;
}

function reportErrors(document: Document, text: string, refused: boolean, report: Report): void {
  const consequences = ["TAG_RESOLVE_FAILED", "BAD_ALIAS", "ALIAS_PROPS", "BAD_DIRECTIVE"];
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    if (refused && consequences.includes(code)) continue;
    const span = { start: pos[0], end: Math.max(pos[1], pos[0] + 1) };
    if (code === "DUPLICATE_KEY") {
      const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]+)/.exec(text.slice(span.start))?.[0] ?? " ";
      const keySpan = { start: span.start, end: span.start + key.length };
      report.add("DEED_YAML_DUPLICATE_KEY", keySpan, "this key stands here twice");
    } else if (code === "MULTIPLE_DOCS") {
      report.add("DEED_YAML_SEVERAL_DOCUMENTS", span, "one file holds one workflow");
    } else {
      report.add("DEED_YAML_SYNTAX", span, message.split("\n")[0] ?? message);
    }
  }
}

interface Surroundings {
  readonly text: string;
  readonly report: Report;
  readonly depth: number;
}

function toTree(node: ParsedNode, around: Surroundings): Tree {
  const span = spanOf(node);
  const inner = { ...around, depth: around.depth + 1 };
  if (around.depth > MAX_DEPTH) {
    around.report.add("DEED_TOO_DEEP", span, `nested more than ${MAX_DEPTH} levels`);
    return emptyTree(span.start);
  }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) =>
      toEntry(key as ParsedNode | null, value as ParsedNode | null, inner),
    );
    return { kind: "map", span, entries };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => toTree(item as ParsedNode, inner));
    return { kind: "list", span, items };
  }
  if (isAlias(node) || !isScalar(node)) return emptyTree(span.start);
  const value = node.value as ScalarTree["value"];
  const [hidden] = typeof value === "string" ? hiddenCharacters(value) : [];
  if (hidden !== undefined) reportHidden(hidden.character, span, around.report);
  return { kind: "scalar", span, value, raw: around.text.slice(span.start, span.end) };
}

function toEntry(key: ParsedNode | null, value: ParsedNode | null, around: Surroundings): Entry {
  const keySpan = key === null ? { start: 0, end: 0 } : spanOf(key);
  const name = isScalar(key) ? key.value : null;
  if (typeof name !== "string") {
    around.report.add("DEED_YAML_KEY", keySpan, "a key must be text");
  } else if (name === "<<") {
    around.report.add("DEED_YAML_MERGE", keySpan, "merge keys are not allowed");
  }
  const tree = value === null ? emptyTree(keySpan.end) : toTree(value, around);
  return { key: String(name), keySpan, value: tree };
}

function spanOf(node: ParsedNode): Span {
  const [start, end] = node.range;
  return { start, end };
}

function emptyTree(at: number): ScalarTree {
  return { kind: "scalar", span: { start: at, end: at + 1 }, value: null, raw: "" };
}
