import type { NamedStep } from "./names.ts";
import { readFields, readList, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import { nearest } from "./suggest.ts";
import type { MapTree, Tree } from "./tree.ts";

const MAX_STEPS = 64;
const KINDS = ["http", "call", "script"] as const;
const LATER_KINDS = ["observe"] as const;
const STEP_SHAPE = {
  required: ["id"],
  optional: ["if", "needs", "retry", "timeout", "accept", "delivery", ...KINDS],
  later: LATER_KINDS,
};
// Words of the expression grammar: `steps.in` would not parse.
const RESERVED: readonly string[] = ["in", "true", "false", "null"];

/** A step whose keys, id and kind were read; the rest is compiled when all ids are known. */
export interface RawStep extends NamedStep {
  readonly tree: MapTree;
}

/** First pass over the steps: their ids and kinds. */
export function readStepNames(tree: Tree, report: Report): readonly RawStep[] {
  const items = readList(tree, "'steps'", report) ?? [];
  if (tree.kind === "list" && (items.length === 0 || items.length > MAX_STEPS)) {
    report.add("DEED_OUT_OF_RANGE", tree.span, `a workflow has between 1 and ${MAX_STEPS} steps`);
    return [];
  }
  const seen = new Set<string>();
  return items.map((item, index) => {
    const fields = readFields(item, "a step", STEP_SHAPE, report);
    const idTree = fields?.get("id");
    const id = idTree === undefined ? null : readId(idTree, report);
    if (id !== null && idTree !== undefined) {
      if (seen.has(id))
        report.add("DEED_DUPLICATE_STEP", idTree.span, `two steps are called '${id}'`);
      seen.add(id);
    }
    const map: MapTree = item.kind === "map" ? item : { kind: "map", span: item.span, entries: [] };
    return {
      id: id ?? `#${index}`,
      kind: fields === null ? "http" : kindOf(map, report),
      tree: map,
    };
  });
}

function readId(tree: Tree, report: Report): string | null {
  const text = readText(tree, "'id'", report);
  if (text === null) return null;
  if (/^[a-z][a-z0-9_]{0,31}$/.test(text.value) && !RESERVED.includes(text.value)) {
    return text.value;
  }
  const plain = text.value.toLowerCase().replace(/[^a-z0-9_]/g, "_");
  const usable = /^[a-z][a-z0-9_]{0,31}$/.test(plain) && plain !== text.value;
  report.add(
    "DEED_WRONG_VALUE",
    text.span,
    "an id has small letters, digits and _, a letter first",
    {
      suggestion: usable ? plain : undefined,
      hint: "expressions name it: steps.<id>",
    },
  );
  return null;
}

function kindOf({ entries, span }: MapTree, report: Report): NamedStep["kind"] {
  const found = entries.filter(({ key }) => KINDS.some((kind) => kind === key));
  const [first, second] = found;
  if (first === undefined) {
    const isLater = entries.some(({ key }) => LATER_KINDS.some((kind) => kind === key));
    const isSlip = entries.some(({ key }) => nearest(key, KINDS) !== undefined);
    const at = entries[0]?.keySpan ?? span;
    if (!isLater && !isSlip) {
      report.add("DEED_ONE_OF", at, "a step has exactly one action", {
        hint: `one of: ${KINDS.join(", ")}`,
      });
    }
    return "http";
  }
  if (second !== undefined) {
    report.add("DEED_ONE_OF", second.keySpan, "a step has exactly one action");
  }
  return KINDS.find((kind) => kind === first.key) ?? "http";
}
