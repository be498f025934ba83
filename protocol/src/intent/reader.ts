import type { DiagnosticCode } from "./diagnostic.ts";
import type { Report } from "./report.ts";
import { nearest } from "./suggest.ts";
import { type MapTree, nameOf, type ScalarTree, type Span, type Tree } from "./tree.ts";

/** The keys of a mapping: what must be there, what may, and what a later version will know. */
export interface Shape {
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  readonly later?: readonly string[];
}

/** The values of a mapping whose keys were checked. */
export interface Fields {
  readonly span: Span;
  get(key: string): Tree | undefined;
  keySpan(key: string): Span;
}

/** Reads a mapping; unknown, missing and not yet supported keys are reported, the rest is there. */
export function readFields(tree: Tree, what: string, shape: Shape, report: Report): Fields | null {
  const map = readMap(tree, what, report);
  if (map === null) return null;
  const known = [...(shape.required ?? []), ...(shape.optional ?? [])];
  for (const { key, keySpan } of map.entries) {
    if (known.includes(key)) continue;
    if (shape.later?.includes(key)) notYet(`'${key}'`, keySpan, report);
    else {
      report.add("DEED_UNKNOWN_KEY", keySpan, `unknown key '${key}' in ${what}`, {
        suggestion: nearest(key, known),
        hint: `known keys: ${known.join(", ")}`,
      });
    }
  }
  for (const key of shape.required ?? []) {
    if (!map.entries.some((entry) => entry.key === key)) {
      report.add("DEED_MISSING_KEY", firstOf(map), `${what} needs '${key}'`);
    }
  }
  return fieldsOf(map);
}

/** The values of a mapping by key, unchecked. */
export function fieldsOf(map: MapTree): Fields {
  const byKey = new Map(map.entries.map((entry) => [entry.key, entry]));
  return {
    span: map.span,
    get: (key) => byKey.get(key)?.value,
    keySpan: (key) => byKey.get(key)?.keySpan ?? map.span,
  };
}

export function notYet(what: string, span: Span, report: Report): void {
  report.add("DEED_NOT_YET", span, `${what} is known, but not supported by this version`);
}

// A missing key has no place of its own: the first key of its mapping stands for it.
function firstOf(map: MapTree): Span {
  return map.entries[0]?.keySpan ?? map.span;
}

export function readMap(tree: Tree, what: string, report: Report): MapTree | null {
  if (tree.kind === "map") return tree;
  return wrongType(tree, what, "a mapping", report);
}

export function readList(tree: Tree, what: string, report: Report): readonly Tree[] | null {
  if (tree.kind === "list") return tree.items;
  return wrongType(tree, what, "a list", report);
}

export interface TextTree extends ScalarTree {
  readonly value: string;
}

export function readText(tree: Tree, what: string, report: Report): TextTree | null {
  if (tree.kind === "scalar" && typeof tree.value === "string") {
    return { ...tree, value: tree.value };
  }
  const isNumber = tree.kind === "scalar" && typeof tree.value !== "boolean" && tree.value !== null;
  const hint = isNumber ? "put it in quotes: YAML reads it as a number" : undefined;
  return wrongType(tree, what, "text", report, hint);
}

/** An integer between two bounds. */
export function readInteger(
  tree: Tree,
  what: string,
  [min, max]: readonly [number, number],
  report: Report,
): number | null {
  if (tree.kind !== "scalar" || typeof tree.value !== "bigint") {
    return wrongType(tree, what, "an integer", report);
  }
  if (tree.value >= BigInt(min) && tree.value <= BigInt(max)) return Number(tree.value);
  report.add("DEED_OUT_OF_RANGE", tree.span, `${what} must be between ${min} and ${max}`);
  return null;
}

/** One of a few words. */
export function readChoice<Word extends string>(
  tree: Tree,
  what: string,
  words: readonly Word[],
  report: Report,
): Word | null {
  const text = readText(tree, what, report);
  if (text === null) return null;
  const word = words.find((candidate) => candidate === text.value);
  if (word !== undefined) return word;
  report.add("DEED_WRONG_VALUE", text.span, `${what} cannot be '${text.value}'`, {
    suggestion: nearest(text.value, words),
    hint: `one of: ${words.join(", ")}`,
  });
  return null;
}

const UNITS_MS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration such as `30s`, in milliseconds, between two bounds that are durations too. */
export function readDuration(
  tree: Tree,
  what: string,
  [min, max]: readonly [string, string],
  report: Report,
): number | null {
  const written = tree.kind === "scalar" ? tree.raw.replace(/^(["'])(.*)\1$/, "$2") : "";
  const durationMs = parseDuration(written);
  if (durationMs === null) {
    const hint = "a whole number and a unit: 500ms, 30s, 5m, 1h, 1d";
    report.add("DEED_DURATION", tree.span, `${what} must be a duration`, { hint });
    return null;
  }
  if (durationMs >= (parseDuration(min) ?? 0) && durationMs <= (parseDuration(max) ?? 0)) {
    return durationMs;
  }
  report.add("DEED_OUT_OF_RANGE", tree.span, `${what} must be between ${min} and ${max}`);
  return null;
}

function parseDuration(text: string): number | null {
  const match = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * (UNITS_MS[match[2] as string] as number);
}

function wrongType(
  tree: Tree,
  what: string,
  wanted: string,
  report: Report,
  hint?: string,
  code: DiagnosticCode = "DEED_WRONG_TYPE",
): null {
  report.add(code, tree.span, `${what} must be ${wanted}, this is ${nameOf(tree)}`, { hint });
  return null;
}
