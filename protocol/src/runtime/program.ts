import { canonicalJson } from "../encoding/canonical-json.ts";
import { EncodingError } from "../encoding/encoding-error.ts";
import type { Json } from "../encoding/json.ts";
import { compileExpression } from "../plan/expression.ts";
import { ExpressionError } from "../plan/expression-error.ts";
import type { HttpStep, Plan, TemplatedJson } from "../plan/plan.ts";
import { kindOf, type Scope } from "../plan/scope.ts";
import { compileJson, compileTemplate, type TemplateContext } from "../plan/template.ts";

/** A plan with its expressions compiled. */
export interface Program {
  readonly steps: readonly ProgramStep[];
}

export interface ProgramStep {
  readonly condition: Piece<boolean> | null;
  /** Null for others than HTTP: a call's data is literal. */
  readonly request: RequestPieces | null;
  /** Null for others than scripts. */
  readonly input: Piece<ScriptInput> | null;
}

/** What a script reads, and its canonical text. */
export interface ScriptInput {
  readonly value: Json;
  readonly text: string;
}

export interface RequestPieces {
  readonly url: Piece<string>;
  readonly headers: readonly (readonly [name: string, value: Piece<string>])[];
  readonly body: Piece<string> | null;
}

/** Something to evaluate at the run, with its source for the transcript. */
export interface Piece<T> {
  readonly source: string;
  /** @throws PieceError */
  evaluate(scope: Scope): T;
}

/** A piece has no value in this run: an outcome of the step, alike on every node. */
export class PieceError extends Error {
  readonly source: string;
  readonly code: string;

  constructor(
    failure: { readonly source: string; readonly code: string; readonly message: string },
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
    this.name = "PieceError";
    this.source = failure.source;
    this.code = failure.code;
  }
}

// By identity: hosts keep a plan per intent, and its runs share the compiled form.
const programs: WeakMap<Plan, Program> = new WeakMap();

/** The plan's compiled form, made once. @throws ExpressionError for a plan that no compiler gave. */
export function programOf(plan: Plan): Program {
  const known = programs.get(plan);
  if (known !== undefined) return known;
  const program: Program = {
    steps: plan.steps.map((step) => ({
      condition: step.if === null ? null : conditionPiece(step.if),
      request: step.kind === "http" ? requestPieces(step) : null,
      input: step.kind === "script" ? inputPiece(step.input) : null,
    })),
  };
  programs.set(plan, program);
  return program;
}

function conditionPiece(source: string): Piece<boolean> {
  const expression = compileExpression(source);
  return piece(source, (scope) => {
    const value = expression.evaluate(scope);
    if (typeof value === "boolean") return value;
    const failure = { code: "WRONG_TYPE", operation: "if", kinds: [kindOf(value)] } as const;
    throw new ExpressionError(failure, 0, source.length);
  });
}

function requestPieces(step: HttpStep): RequestPieces {
  const names = Object.keys(step.headers).sort();
  return {
    url: textPiece(step.url, "url"),
    headers: names.map((name) => [name, textPiece(step.headers[name]!, "header")]),
    body: step.body === null ? null : bodyPiece(step.body),
  };
}

function bodyPiece(body: NonNullable<HttpStep["body"]>): Piece<string> {
  if (body.type === "text") return textPiece(body.value, "text");
  const json = compileJson(body.value);
  return piece(JSON.stringify(body.value), (scope) => canonicalJson(json.render(scope)));
}

function inputPiece(templated: TemplatedJson): Piece<ScriptInput> {
  const json = compileJson(templated);
  return piece(JSON.stringify(templated), (scope) => {
    const value = json.render(scope);
    return { value, text: canonicalJson(value) };
  });
}

function textPiece(source: string, context: TemplateContext): Piece<string> {
  const template = compileTemplate(source);
  return piece(source, (scope) => template.render(scope, context));
}

function piece<T>(source: string, evaluate: (scope: Scope) => T): Piece<T> {
  return {
    source,
    evaluate(scope) {
      try {
        return evaluate(scope);
      } catch (cause) {
        const failure = failureOf(cause);
        if (failure === null) throw cause;
        throw new PieceError({ source, ...failure }, { cause });
      }
    },
  };
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } | null {
  if (error instanceof ExpressionError) return { code: error.code, message: error.message };
  if (!(error instanceof EncodingError)) return null;
  const { code } = error.failure;
  return { code, message: "the value has no canonical form" };
}
