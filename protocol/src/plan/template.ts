import type { Json } from "../encoding/json.ts";
import type { KindOracle, Reference } from "./compiled.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { ExpressionError } from "./expression-error.ts";
import { integerOf } from "./number.ts";
import type { TemplatedJson } from "./plan.ts";
import { kindOf, type Scope, type Value } from "./scope.ts";

/** Where rendered text goes: decides how a placeholder's value is escaped. */
export type TemplateContext = "url" | "header" | "json-string" | "text";

/** A placeholder of a template; offsets count from the template's start. */
export interface Placeholder {
  readonly expression: Expression;
  readonly start: number;
  readonly end: number;
}

/** Characters and elements that one rendering may give: a value can be repeated, its text must not explode. */
const MAX_RENDERED = 1_048_576;

interface Budget {
  left: number;
}

function spend(budget: Budget, units: number): void {
  budget.left -= units;
  if (budget.left >= 0) return;
  const failure = { code: "TOO_COMPLEX", what: "rendered text", limit: MAX_RENDERED } as const;
  throw new ExpressionError(failure, 0);
}

/** A compiled template: literal parts and `${…}` placeholders; `$${` stands for a literal `${`. */
export interface Template {
  readonly source: string;
  readonly parts: readonly (string | Placeholder)[];
  /** What the placeholders read; offsets count from the template's start. */
  readonly references: readonly Reference[];
  /** @throws ExpressionError */
  render(scope: Scope, context: TemplateContext): string;
}

/** @throws ExpressionError with offsets from the template's start. */
export function compileTemplate(source: string, kindAt?: KindOracle): Template {
  const parts = splitTemplate(source, kindAt);
  const references = parts.flatMap((part) => (typeof part === "string" ? [] : referencesOf(part)));
  const render = (scope: Scope, context: TemplateContext): string =>
    renderParts(parts, scope, context, { left: MAX_RENDERED });
  return { source, parts, references, render };
}

/** Compiles and renders at once; callers that render often keep the compiled template. */
export function renderTemplate(source: string, scope: Scope, context: TemplateContext): string {
  return compileTemplate(source).render(scope, context);
}

/** What the template's placeholders read. @throws ExpressionError */
export function templateReferences(source: string): readonly Reference[] {
  return compileTemplate(source).references;
}

/** Compiled JSON whose strings are templates. */
export interface JsonTemplate {
  readonly references: readonly Reference[];
  /** A string that is one lone placeholder keeps the value's type. @throws ExpressionError */
  render(scope: Scope): Json;
}

/** @throws ExpressionError */
export function compileJson(templated: TemplatedJson): JsonTemplate {
  const { references, render } = compileJsonPart(templated);
  return { references, render: (scope) => render(scope, { left: MAX_RENDERED }) };
}

interface JsonPart {
  readonly references: readonly Reference[];
  readonly render: (scope: Scope, budget: Budget) => Json;
}

function compileJsonPart(templated: TemplatedJson): JsonPart {
  if (typeof templated === "string") return compileJsonString(templated);
  if (templated === null || typeof templated !== "object") {
    return { references: [], render: () => templated };
  }
  if (isList(templated)) {
    const items = templated.map(compileJsonPart);
    return {
      references: items.flatMap((item) => item.references),
      render: (scope, budget) => items.map((item) => item.render(scope, budget)),
    };
  }
  const entries = Object.entries(templated).map(
    ([key, value]) => [key, compileJsonPart(value)] as const,
  );
  return {
    references: entries.flatMap(([, value]) => value.references),
    render: (scope, budget) =>
      Object.fromEntries(entries.map(([key, value]) => [key, value.render(scope, budget)])),
  };
}

/** Compiles and renders at once; callers that render often keep the compiled form. */
export function renderJson(templated: TemplatedJson, scope: Scope): Json {
  return compileJson(templated).render(scope);
}

/** A value as JSON: integers within 2^53 are numbers, all other integers decimal text. */
export function jsonOfValue(value: Value): Json {
  return toJson(value, { left: MAX_RENDERED });
}

function toJson(value: Value, budget: Budget): Json {
  spend(budget, typeof value === "string" ? value.length + 1 : 1);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  const integer = integerOf(value);
  if (integer !== null) return integer.toString();
  if (typeof value === "number") throw new ExpressionError({ code: "FLOAT_AS_TEXT" }, 0);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return (value as readonly Value[]).map((item) => toJson(item, budget));
  }
  return Object.fromEntries(
    Object.entries(value as { [key: string]: Value }).map(([key, item]) => {
      spend(budget, key.length);
      return [key, toJson(item, budget)];
    }),
  );
}

function compileJsonString(source: string): JsonPart {
  const { references, parts } = compileTemplate(source);
  const [only] = parts;
  if (parts.length !== 1 || only === undefined || typeof only === "string") {
    return { references, render: (scope, budget) => renderParts(parts, scope, "text", budget) };
  }
  const render = (scope: Scope, budget: Budget): Json =>
    placed(only, () => toJson(only.expression.evaluate(scope), budget));
  return { references, render };
}

function splitTemplate(source: string, kindAt: KindOracle | undefined): (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let literal = "";
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("$${", at)) {
      literal += "${";
      at += 3;
    } else if (source.startsWith("${", at)) {
      const end = placeholderEnd(source, at);
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push(compilePlaceholder(source, at, end, kindAt));
      at = end;
    } else {
      literal += source[at];
      at += 1;
    }
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

/** The offset behind the brace that closes the placeholder: braces nest, and quotes hide them. */
function placeholderEnd(source: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let at = start + 1; at < source.length; at += 1) {
    const unit = source[at] as string;
    if (quote !== "") {
      if (unit === "\\") at += 1;
      else if (unit === quote) quote = "";
    } else if (unit === '"' || unit === "'") quote = unit;
    else if (unit === "{") depth += 1;
    else if (unit === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  const detail = "this placeholder has no closing brace; write $${ for a literal ${";
  throw new ExpressionError({ code: "BAD_TEMPLATE", detail }, start, source.length);
}

function compilePlaceholder(
  source: string,
  start: number,
  end: number,
  kindAt: KindOracle | undefined,
): Placeholder {
  const inner = source.slice(start + 2, end - 1);
  if (inner.trim() === "") {
    const detail = "this placeholder is empty";
    throw new ExpressionError({ code: "BAD_TEMPLATE", detail }, start, end);
  }
  const compile = (): Expression => compileExpression(inner, kindAt);
  return { expression: placed({ start }, compile), start, end };
}

function referencesOf({ expression, start }: Placeholder): Reference[] {
  return expression.references.map((reference) => ({
    path: reference.path,
    start: reference.start + start + 2,
    end: reference.end + start + 2,
  }));
}

/** Runs what belongs to a placeholder; its errors count from the template's start. */
function placed<T>({ start }: { readonly start: number }, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ExpressionError ? error.movedBy(start + 2) : error;
  }
}

function renderParts(
  parts: Template["parts"],
  scope: Scope,
  context: TemplateContext,
  budget: Budget,
): string {
  let text = "";
  for (const part of parts) {
    text +=
      typeof part === "string"
        ? part
        : placed(part, () => renderPlaceholder(part, scope, context, budget));
  }
  if (context === "url" && parts.length > 1 && hasDotSegment(text)) throw forbidden(context);
  return text;
}

function renderPlaceholder(
  { expression }: Placeholder,
  scope: Scope,
  context: TemplateContext,
  budget: Budget,
): string {
  const text = textOf(expression.evaluate(scope));
  spend(budget, text.length);
  return escapeText(text, context);
}

/** The text of a value: strings, booleans and integers have one, the others not. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") throw new ExpressionError({ code: "FLOAT_AS_TEXT" }, 0);
  const integer = integerOf(value);
  if (integer !== null) return integer.toString();
  throw new ExpressionError({ code: "NOT_TEXT", kind: kindOf(value) }, 0);
}

function escapeText(text: string, context: TemplateContext): string {
  switch (context) {
    case "text":
      return text;
    case "json-string":
      return JSON.stringify(text).slice(1, -1);
    case "header":
      // Visible ASCII and spaces: no line ends, nothing that peers would decode differently.
      if (!/^[ -~]*$/.test(text)) throw forbidden(context);
      return text;
    case "url":
      return escapeUrl(text);
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function escapeUrl(text: string): string {
  if (LONE_SURROGATE.test(text)) throw forbidden("url");
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** URL parsers resolve `..` segments, percent-encoded ones too: a value must not climb out of its path. */
export function hasDotSegment(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  return path.split(/[/\\]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

function forbidden(context: TemplateContext): ExpressionError {
  return new ExpressionError({ code: "FORBIDDEN_CHARACTER", context }, 0);
}

function isList(templated: TemplatedJson): templated is readonly TemplatedJson[] {
  return Array.isArray(templated);
}
