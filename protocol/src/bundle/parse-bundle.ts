import { canonicalJson } from "../encoding/canonical-json.ts";
import { EncodingError } from "../encoding/encoding-error.ts";
import { isHex } from "../encoding/hex.ts";
import type { Json } from "../encoding/json.ts";
import type { Leaf } from "../transcript/leaf.ts";
import { LEAF_KINDS, MAX_LEAVES } from "../transcript/leaf-hash.ts";
import type { Bundle } from "./bundle.ts";

/** `leaf` is the index of the first leaf at fault, 0 for the whole. */
export type ParsedBundle =
  | { readonly kind: "bundle"; readonly bundle: Bundle }
  | { readonly kind: "malformed"; readonly leaf: number; readonly detail: string };

type Fields = { readonly [name: string]: unknown };

const BUNDLE_FIELDS = ["attempt", "bundle", "executionId", "intentHash", "leaves", "runtime"];
const LEAF_FIELDS = [
  "anchorHash",
  "anchorNumber",
  "endedMs",
  "index",
  "input",
  "kind",
  "level",
  "output",
  "startedMs",
  "status",
  "step",
  "try",
];
/** Largest value of each number of a leaf: the width that words and records give it. */
const LEAF_NUMBERS: { readonly [name: string]: number } = {
  anchorNumber: Number.MAX_SAFE_INTEGER,
  endedMs: 2 ** 48 - 1,
  index: MAX_LEAVES - 1,
  level: 3,
  startedMs: 2 ** 48 - 1,
  status: 3,
  step: 65_535,
  try: 255,
};

/** Reads a bundle's text. Whatever comes, it answers: a malformed bundle is its executor's fault. */
export function parseBundle(text: string): ParsedBundle {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed(0, "no JSON");
  }
  const problem = problemOf(value);
  if (problem !== null) return problem;
  return isCanonical(value as Json, text)
    ? { kind: "bundle", bundle: value as Bundle }
    : malformed(0, "not canonical");
}

function problemOf(value: unknown): ParsedBundle | null {
  if (!hasExactly(value, BUNDLE_FIELDS)) return malformed(0, "fields of the bundle");
  const { bundle, executionId, intentHash, attempt, runtime, leaves } = value;
  if (bundle !== "deed.bundle.1") return malformed(0, "version");
  if (!isHex(executionId, 32) || !isHex(intentHash, 32)) return malformed(0, "ids");
  if (!isNumber(attempt, 255) || !isNumber(runtime, 65_535)) return malformed(0, "numbers");
  if (!Array.isArray(leaves)) return malformed(0, "leaves");
  if (leaves.length > MAX_LEAVES) return malformed(MAX_LEAVES, "number of leaves");
  for (const [index, leaf] of leaves.entries()) {
    const detail = problemOfLeaf(leaf);
    if (detail !== null) return malformed(index, detail);
  }
  return null;
}

function problemOfLeaf(leaf: unknown): string | null {
  if (!hasExactly(leaf, LEAF_FIELDS)) return "fields of a leaf";
  for (const name in LEAF_NUMBERS) if (!isNumber(leaf[name], LEAF_NUMBERS[name]!)) return name;
  if (typeof leaf["kind"] !== "string" || !Object.hasOwn(LEAF_KINDS, leaf["kind"])) return "kind";
  return isHex(leaf["anchorHash"], 32) ? null : "anchorHash";
}

function isCanonical(value: Json, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}

/** Is it a leaf in form? What it says is not judged here. */
export function isLeaf(value: unknown): value is Leaf {
  return problemOfLeaf(value) === null;
}

function hasExactly(value: unknown, names: readonly string[]): value is Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return (
    Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name))
  );
}

function isNumber(value: unknown, largest: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= largest;
}

function malformed(leaf: number, detail: string): ParsedBundle {
  return { kind: "malformed", leaf, detail };
}
