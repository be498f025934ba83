import type { ScriptStep } from "../plan/plan.ts";
import { readTemplatedJson } from "./body.ts";
import type { Dependency, Names } from "./names.ts";
import { readFields, readText, type TextTree } from "./reader.ts";
import type { Report } from "./report.ts";
import { type Span, spanInside, type Tree } from "./tree.ts";

/** Says where a text is no JavaScript; line and column from 1. The runtime's script engine is one. */
export interface ScriptChecker {
  check(
    source: string,
  ): { readonly message: string; readonly line: number; readonly column: number } | null;
}

export type ScriptPart = Pick<ScriptStep, "kind" | "source" | "input">;

/** Compiles what is under `script`. The JavaScript itself is looked at only where there is a checker. */
export function readScript(
  tree: Tree,
  names: Names,
  checker: ScriptChecker | null,
  report: Report,
): { readonly part: ScriptPart; readonly dependencies: readonly Dependency[] } | null {
  const shape = { required: ["source"], optional: ["input"] };
  const fields = readFields(tree, "'script'", shape, report);
  const sourceTree = fields?.get("source");
  if (fields === null || sourceTree === undefined) return null;
  const source = readText(sourceTree, "'source'", report);
  if (source === null) return null;
  const mistake = checker?.check(source.value) ?? null;
  if (mistake !== null) {
    const span = placeInScript(source, mistake.line, mistake.column);
    report.add("DEED_SCRIPT_SYNTAX", span, mistake.message, {
      hint: "a script is the body of a function: it reads 'input' and returns a JSON value",
    });
  }
  const dependencies: Dependency[] = [];
  const inputTree = fields.get("input");
  const input =
    inputTree === undefined ? null : readTemplatedJson(inputTree, names, dependencies, report);
  return { part: { kind: "script", source: source.value, input }, dependencies };
}

/** A line and a column of the text as a place of the file; all of the text where the two cannot be lined up. */
function placeInScript(tree: TextTree, line: number, column: number): Span {
  const { raw, span, value } = tree;
  if (!raw.startsWith("|")) {
    return value.includes("\n") ? span : spanInside(tree, column - 1, column);
  }
  // Of a literal block the first line is its header, and each line begins behind the indentation.
  const lines = raw.split("\n");
  const indent = /^ */.exec(lines.find((one, at) => at > 0 && one.trim() !== "") ?? "")?.[0].length;
  const before = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  const own = lines[line];
  if (own === undefined) return { start: span.end - 1, end: span.end };
  const start = span.start + before + Math.min((indent ?? 0) + column - 1, own.length);
  return { start, end: start + 1 };
}
