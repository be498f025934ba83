import { compileExpression, type Expression } from "../plan/expression.ts";
import { ExpressionError } from "../plan/expression-error.ts";
import { compileTemplate, type Template } from "../plan/template.ts";
import type { DiagnosticCode } from "./diagnostic.ts";
import { checkReferences, type Dependency, kindOracle, type Names, suggestName } from "./names.ts";
import { notYet } from "./reader.ts";
import type { Report } from "./report.ts";
import { nameOf, type ScalarTree, spanInside, type Tree } from "./tree.ts";

/** Text that is computed at the run. */
export interface Computed {
  readonly source: string;
  readonly dependencies: readonly Dependency[];
}

/** Reads a condition: an expression whose value is true or false. */
export function readCondition(
  tree: Tree,
  what: string,
  names: Names,
  report: Report,
): Computed | null {
  if (
    tree.kind !== "scalar" ||
    (typeof tree.value !== "string" && typeof tree.value !== "boolean")
  ) {
    report.add(
      "DEED_WRONG_TYPE",
      tree.span,
      `${what} must be an expression, this is ${nameOf(tree)}`,
    );
    return null;
  }
  const source = typeof tree.value === "string" ? tree.value : tree.raw.toLowerCase();
  const scalar = { ...tree, value: source };
  const expression = compiled(scalar, names, report, (kindAt) => compileExpression(source, kindAt));
  if (expression === null) return null;
  if (expression.kind !== "bool" && expression.kind !== "dyn") {
    const message = `${what} must be true or false, this is ${expression.kind}`;
    report.add("DEED_EXPRESSION_TYPE", tree.span, message);
    return null;
  }
  return { source, dependencies: dependenciesOf(expression, scalar, names, report) };
}

/** `json`: a lone placeholder keeps its value's type, so that it may be a list or a mapping. */
export type Place = "text" | "json";

/** A template with its parts, so that the caller can judge the literal ones. */
export interface ComputedTemplate extends Computed {
  readonly parts: Template["parts"];
}

export function readTemplate(
  scalar: ScalarTree & { readonly value: string },
  place: Place,
  names: Names,
  report: Report,
): ComputedTemplate | null {
  if (refuseSecrets(scalar, report)) return null;
  const source = scalar.value;
  const template = compiled(scalar, names, report, (kindAt) => compileTemplate(source, kindAt));
  if (template === null) return null;
  const { parts } = template;
  refuseTextless(scalar, parts, place === "json" && parts.length === 1, report);
  const dependencies = dependenciesOf(template, scalar, names, report);
  return { source, dependencies, parts };
}

function refuseTextless(
  scalar: ScalarTree,
  parts: Template["parts"],
  keepsType: boolean,
  report: Report,
): void {
  for (const part of parts) {
    if (typeof part === "string") continue;
    const { kind } = part.expression;
    const isStructure = kind === "list" || kind === "map" || kind === "null";
    if (kind !== "double" && (keepsType || !isStructure)) continue;
    const message = `a ${kind} cannot stand inside text`;
    report.add("DEED_EXPRESSION_TYPE", spanInside(scalar, part.start, part.end), message);
  }
}

// Sealed values come with a later version; their placeholders are no expressions.
const SECRET = /(?<!\$)\$\{\s*secret\s*\.[^}]*\}?/g;

function refuseSecrets(scalar: ScalarTree & { readonly value: string }, report: Report): boolean {
  const matches = [...scalar.value.matchAll(SECRET)];
  for (const { index, 0: text } of matches) {
    notYet("a secret", spanInside(scalar, index, index + text.length), report);
  }
  return matches.length > 0;
}

function dependenciesOf(
  { references }: Pick<Expression, "references">,
  scalar: ScalarTree,
  names: Names,
  report: Report,
): readonly Dependency[] {
  const placeOf = (at: { start: number; end: number }) => spanInside(scalar, at.start, at.end);
  return checkReferences(references, names, placeOf, report);
}

function compiled<T>(
  scalar: ScalarTree,
  names: Names,
  report: Report,
  compile: (kindAt: ReturnType<typeof kindOracle>) => T,
): T | null {
  try {
    return compile(kindOracle(names));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    reportFailure(error, scalar, names, report);
    return null;
  }
}

function reportFailure(
  error: ExpressionError,
  scalar: ScalarTree,
  names: Names,
  report: Report,
): void {
  const { failure } = error;
  const span = spanInside(scalar, error.offset, error.end);
  if (failure.code === "SECRET_READ") {
    notYet("a secret", span, report);
    return;
  }
  const suggestion = failure.code === "UNKNOWN_NAME" ? suggestName(failure.name, names) : undefined;
  report.add(CODES[failure.code] ?? "DEED_EXPRESSION", span, error.message, { suggestion });
}

const CODES: { readonly [code in ExpressionError["code"]]?: DiagnosticCode } = {
  WRONG_TYPE: "DEED_EXPRESSION_TYPE",
  UNKNOWN_NAME: "DEED_UNKNOWN_NAME",
  UNKNOWN_FUNCTION: "DEED_UNKNOWN_FUNCTION",
  BAD_TEMPLATE: "DEED_TEMPLATE",
};
