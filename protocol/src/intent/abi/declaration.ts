import type { Span } from "../tree.ts";
import { type AbiType, canonicalType, parseAbiType } from "./abi-type.ts";

/** One parameter of a declaration; offsets count from the declaration's start. */
export interface Parameter {
  readonly name: string | null;
  readonly type: AbiType;
  readonly indexed: boolean;
  readonly span: Span;
}

/** `name(type name, …)` as people write it. */
export interface Declaration {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** `name(type,…)`, what is hashed. */
  readonly signature: string;
}

export interface DeclarationProblem {
  readonly problem: "syntax" | "type";
  readonly message: string;
  readonly span: Span;
}

const MAX_PARAMETERS = 32;
const MAX_LENGTH = 1024;
const NAME = "[A-Za-z_$][A-Za-z0-9_$]*";
const HEAD: RegExp = new RegExp(`^\\s*(?:(event|function)\\s+)?(${NAME})\\s*\\(`);
const TAIL = /^\s*;?\s*$/;
const PARAMETER: RegExp = new RegExp(
  `^(\\s*)([A-Za-z0-9_$]+(?:\\s*\\[\\s*[0-9]*\\s*\\])*)((?:\\s+(?:indexed|memory|calldata|payable))*)(?:\\s+(${NAME}))?\\s*$`,
);

/** Parses an event's or a function's declaration. */
export function parseDeclaration(
  text: string,
  keyword: "event" | "function",
): Declaration | DeclarationProblem {
  const all = { start: 0, end: text.length };
  if (text.length > MAX_LENGTH) return syntax(`longer than ${MAX_LENGTH} characters`, all);
  const head = HEAD.exec(text);
  const example =
    keyword === "event"
      ? "Transfer(address indexed to, uint256 amount)"
      : "transfer(address,uint256)";
  if (head === null || (head[1] !== undefined && head[1] !== keyword)) {
    return syntax(
      `not ${keyword === "event" ? "an event" : "a function"}; for example ${example}`,
      all,
    );
  }
  const open = head[0].length;
  const close = text.lastIndexOf(")");
  const nested = text.slice(open, close).search(/[()]/);
  if (nested >= 0) {
    const span = { start: open + nested, end: open + nested + 1 };
    return { problem: "type", message: "tuples are not supported by this version", span };
  }
  if (close < open || !TAIL.test(text.slice(close + 1))) {
    const start = close < open ? text.length : close + 1;
    return syntax("the declaration must end with its parameters", { start, end: text.length });
  }
  const parameters = parseParameters(text, open, close, keyword);
  if (!Array.isArray(parameters)) return parameters as DeclarationProblem;
  const name = head[2] as string;
  const types = (parameters as readonly Parameter[]).map(({ type }) => canonicalType(type));
  return { name, parameters, signature: `${name}(${types.join(",")})` };
}

function parseParameters(
  text: string,
  open: number,
  close: number,
  keyword: "event" | "function",
): readonly Parameter[] | DeclarationProblem {
  const inner = text.slice(open, close);
  if (inner.trim() === "") return [];
  const parameters: Parameter[] = [];
  let start = open;
  for (const part of inner.split(",")) {
    const parameter = parseParameter(part, start, keyword);
    if ("problem" in parameter) return parameter;
    const name = nameAt(parameter, parameters.length);
    if (parameters.some((other, index) => nameAt(other, index) === name)) {
      return syntax(`two parameters are called '${name}'`, parameter.span);
    }
    parameters.push(parameter);
    start += part.length + 1;
  }
  if (parameters.length > MAX_PARAMETERS) {
    return syntax(`more than ${MAX_PARAMETERS} parameters`, { start: open, end: close });
  }
  if (parameters.filter(({ indexed }) => indexed).length > 3) {
    return syntax("an event has at most three indexed parameters", { start: open, end: close });
  }
  return parameters;
}

/** The name that expressions use: a parameter without one is `arg` and its position. */
export function nameAt({ name }: Parameter, index: number): string {
  return name ?? `arg${index}`;
}

function parseParameter(
  part: string,
  offset: number,
  keyword: "event" | "function",
): Parameter | DeclarationProblem {
  const match = PARAMETER.exec(part);
  const lead = part.length - part.trimStart().length;
  const span = { start: offset + lead, end: offset + Math.max(part.trimEnd().length, lead + 1) };
  if (match === null) return syntax("a parameter is a type and, if you like, a name", span);
  const type = parseAbiType((match[2] as string).replace(/\s+/g, ""));
  if (typeof type === "string") return { problem: "type", message: type, span };
  const words = (match[3] as string).split(/\s+/).filter((word) => word !== "");
  const indexed = words.includes("indexed");
  if (indexed && keyword === "function")
    return syntax("only an event has indexed parameters", span);
  const name = match[4] ?? null;
  return { name, type, indexed, span };
}

function syntax(message: string, span: Span): DeclarationProblem {
  return {
    problem: "syntax",
    message,
    span: { start: span.start, end: Math.max(span.end, span.start + 1) },
  };
}
