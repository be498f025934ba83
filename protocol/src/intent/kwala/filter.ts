import { kindOfAbiType } from "../../plan/scope.ts";
import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import type { Tree } from "../tree.ts";
import type { EventParameter, KnownEvent } from "./event-parameters.ts";
import { expressionOf } from "./re-event.ts";
import { wordOf } from "./value.ts";

/** An event's filter, its parameters called by position: `re.event(2) >= 100`. */
export type Filter = string;

/**
 * Reads a filter in any of the three ways in which it is documented: a mapping from parameters to what they must
 * be, an expression over `re.event(n)`, or `name=value`. Null when the report says why not.
 */
export function readFilter(tree: Tree, event: KnownEvent, report: Report): Filter | null {
  if (tree.kind === "map") return readMapping(tree, event, report);
  const text = wordOf(tree);
  if (text === null) return refuse(tree, "a filter is a mapping or an expression", report);
  const pairs = text.split(",").map((part) => /^\s*([A-Za-z_]\w*)\s*=\s*([^=\s]+)\s*$/.exec(part));
  if (pairs.every((pair) => pair !== null)) {
    const parts = pairs.map(([, name, value]) =>
      condition(name as string, value as string, tree, event, report),
    );
    return parts.includes(null) ? null : parts.join(" && ");
  }
  return readExpression(text, tree, event, report);
}

/** The native expression of a filter. */
export function whereOf(filter: Filter, { parameters }: KnownEvent): string {
  return filter.replaceAll(/re\.event\(([0-9]+)\)/g, (_, index: string) => {
    return `event.${parameters[Number(index)]?.name ?? ""}`;
  });
}

function readMapping(
  tree: Tree & { kind: "map" },
  event: KnownEvent,
  report: Report,
): Filter | null {
  const parts = tree.entries.map(({ key, keySpan, value }) => {
    const wanted = value.kind === "list" ? value.items.map(wordOf) : [wordOf(value)];
    if (wanted.includes(null) || wanted.length === 0) {
      return refuse(value, `'${key}' must be a value, or a list of them`, report);
    }
    const place = { ...tree, span: keySpan };
    const any = wanted.map((word) => condition(key, word as string, place, event, report));
    if (any.includes(null)) return null;
    return any.length === 1 ? any[0] : `(${any.join(" || ")})`;
  });
  return parts.includes(null) ? null : parts.join(" && ");
}

/** One parameter against `value`, `>value`, `>=a,<=b`. */
function condition(
  name: string,
  wanted: string,
  place: Tree,
  { parameters }: KnownEvent,
  report: Report,
): string | null {
  const index = parameters.findIndex((parameter) => parameter.name === name);
  const parameter = parameters[index];
  if (parameter === undefined) {
    const names = parameters.map((one) => one.name);
    report.add("DEED_KWALA_FILTER", place.span, `the event has no parameter '${name}'`, {
      suggestion: nearest(name, names),
      hint: names.length === 0 ? undefined : `it has: ${names.join(", ")}`,
    });
    return null;
  }
  const parts = wanted.split(",").map((part) => {
    const match = /^\s*(>=|<=|==|!=|>|<)?\s*(.*?)\s*$/s.exec(part) as RegExpExecArray;
    const literal = literalOf(parameter, match[2] as string);
    return literal === null ? null : `re.event(${index}) ${match[1] ?? "=="} ${literal}`;
  });
  if (!parts.includes(null)) return parts.join(" && ");
  return refuse(
    place,
    `'${wanted}' cannot be compared with '${name}', a ${parameter.type}`,
    report,
  );
}

function literalOf({ type }: EventParameter, text: string): string | null {
  switch (kindOfAbiType(type)) {
    case "uint256":
    case "int256":
      return /^-?[0-9]{1,78}$/.test(text) ? `${kindOfAbiType(type)}("${text}")` : null;
    case "bool":
      return text === "true" || text === "false" ? text : null;
    case "string":
      return JSON.stringify(
        /^0x[0-9a-fA-F]*$/.test(text) && type !== "string" ? text.toLowerCase() : text,
      );
    default:
      return null;
  }
}

const TOKEN =
  /\s+|re\.event\(\s*([0-9]{1,3})\s*\)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(0x[0-9a-fA-F]+)|(-?[0-9]+)|&&|\|\||[=!<>]=|[<>!()[\],]|\b(?:in|true|false)\b/gy;

function readExpression(
  text: string,
  tree: Tree,
  event: KnownEvent,
  report: Report,
): Filter | null {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token, index, quoted, hex, number] = match;
    end = match.index + token.length;
    if (index !== undefined) {
      const scope = { runs: [event.parameters] };
      if (Number(index) >= event.parameters.length)
        expressionOf(Number(index), scope, tree.span, report);
      parts.push(`re.event(${Number(index)})`);
    } else if (quoted !== undefined) parts.push(textLiteral(quoted.slice(1, -1)));
    else if (hex !== undefined) parts.push(textLiteral(hex));
    else if (number !== undefined) parts.push(number.length > 15 ? `int256("${number}")` : number);
    else parts.push(token.trim() === "" ? " " : token);
  }
  if (end === text.length) return parts.join("").trim();
  return refuse(tree, `'${text.slice(end, end + 20)}' is nothing that a filter knows`, report);
}

function textLiteral(text: string): string {
  return JSON.stringify(/^0x[0-9a-fA-F]*$/.test(text) ? text.toLowerCase() : text);
}

function refuse(tree: Tree, message: string, report: Report): null {
  report.add("DEED_KWALA_FILTER", tree.span, message, {
    hint: 're.event(2) >= 100 && re.event(2) <= 1000, or a mapping: amount: ">=100"',
  });
  return null;
}
