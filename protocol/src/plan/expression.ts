import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { utf8Length } from "../encoding/utf8.ts";
import { compileNode } from "./compile-node.ts";
import type { KindOracle, Reference } from "./compiled.ts";
import { ExpressionError } from "./expression-error.ts";
import type { Frame, Run } from "./frame.ts";
import type { Kind, Scope, Value } from "./scope.ts";

const MAX_EXPRESSION_BYTES = 4096;
const MAX_UNARY_RUN = 128;
const LONG_UNARY_RUN: RegExp = new RegExp(`(?:[!-]\\s*){${MAX_UNARY_RUN + 1}}`, "u");

// Only the grammar is the library's. What a node means is decided in this folder, so that it changes with a
// runtime version of ours and never with a release of the library.
const grammar: Environment = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 2000, maxDepth: 64, maxListElements: 256, maxMapEntries: 256 },
});

/** A compiled expression: CEL without regular expressions, time, bytes and optional values. */
export interface Expression {
  readonly source: string;
  /** What it reads of the scope, in order of appearance. */
  readonly references: readonly Reference[];
  /** The kind of its value where it is known without running it. */
  readonly kind: Kind | "dyn";
  /** @throws ExpressionError */
  evaluate(scope: Scope): Value;
}

/**
 * @param kindAt Kinds of what the scope holds, where the caller knows them.
 * @throws ExpressionError
 */
export function compileExpression(source: string, kindAt: KindOracle = () => "dyn"): Expression {
  const references: Reference[] = [];
  const { run, kind } = compileNode(parse(source), { kindAt, references, locals: [], depth: 0 });
  return { source, references, kind, evaluate: (scope) => evaluate(run, scope) };
}

function evaluate(run: Run, scope: Scope): Value {
  const frame: Frame = { scope: { ...scope }, locals: [], cost: 0 };
  return run(frame);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function parse(source: string): ASTNode {
  const lone = LONE_SURROGATE.exec(source);
  if (lone !== null) {
    const detail = "half of a character";
    throw new ExpressionError({ code: "SYNTAX", detail }, lone.index);
  }
  if (source.length > MAX_EXPRESSION_BYTES || utf8Length(source) > MAX_EXPRESSION_BYTES) {
    throw new ExpressionError({ code: "TOO_LONG", limit: MAX_EXPRESSION_BYTES }, 0, source.length);
  }
  const unary = LONG_UNARY_RUN.exec(source);
  if (unary !== null) {
    const failure = { code: "TOO_COMPLEX", what: "signs in a row", limit: MAX_UNARY_RUN } as const;
    throw new ExpressionError(failure, unary.index, unary.index + 1);
  }
  try {
    return grammar.parse(source).ast;
  } catch (cause) {
    throw syntaxError(source, cause);
  }
}

function syntaxError(source: string, cause: unknown): ExpressionError {
  const { summary, range } = (cause ?? {}) as {
    summary?: string;
    range?: { start: number; end: number };
  };
  const start = Math.min(range?.start ?? 0, source.length);
  const detail = summary ?? "this is no expression";
  return new ExpressionError(
    { code: "SYNTAX", detail },
    start,
    Math.max(range?.end ?? 0, start + 1),
  );
}
