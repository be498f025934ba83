import type { Kind } from "./scope.ts";

/** Why an expression or a template cannot be compiled or has no value. */
export type ExpressionFailure =
  | { readonly code: "SYNTAX"; readonly detail: string }
  | { readonly code: "TOO_LONG"; readonly limit: number }
  | { readonly code: "TOO_COMPLEX"; readonly what: string; readonly limit: number }
  | { readonly code: "UNKNOWN_NAME"; readonly name: string }
  | { readonly code: "SECRET_READ" }
  | { readonly code: "UNKNOWN_FUNCTION"; readonly name: string; readonly reason: string | null }
  | { readonly code: "UNSUPPORTED"; readonly what: string }
  | { readonly code: "WRONG_TYPE"; readonly operation: string; readonly kinds: readonly Kind[] }
  | { readonly code: "NO_SUCH_KEY"; readonly key: string }
  | { readonly code: "OUT_OF_RANGE"; readonly index: string; readonly size: number }
  | { readonly code: "OVERFLOW"; readonly kind: Kind; readonly operation: string }
  | { readonly code: "DIVISION_BY_ZERO" }
  | { readonly code: "INVALID_CONVERSION"; readonly to: Kind; readonly from: Kind }
  | { readonly code: "FLOAT_AS_TEXT" }
  | { readonly code: "NOT_TEXT"; readonly kind: Kind }
  | { readonly code: "COST_EXCEEDED"; readonly limit: number }
  | { readonly code: "BAD_TEMPLATE"; readonly detail: string }
  | { readonly code: "FORBIDDEN_CHARACTER"; readonly context: string };

export type ExpressionErrorCode = ExpressionFailure["code"];

/** The only error that expressions and templates throw. `offset` counts UTF-16 units of the source. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly failure: ExpressionFailure;
  readonly offset: number;
  readonly end: number;

  constructor(failure: ExpressionFailure, offset: number, end: number = offset + 1) {
    super(describe(failure));
    this.failure = failure;
    this.offset = offset;
    this.end = end;
  }

  /** The same error, counted from a text around the source. */
  movedBy(offset: number): ExpressionError {
    return new ExpressionError(this.failure, this.offset + offset, this.end + offset);
  }

  get code(): ExpressionErrorCode {
    return this.failure.code;
  }
}

function describe(failure: ExpressionFailure): string {
  switch (failure.code) {
    case "SYNTAX":
    case "BAD_TEMPLATE":
      return failure.detail;
    case "TOO_LONG":
      return `longer than ${failure.limit} bytes`;
    case "TOO_COMPLEX":
      return `${failure.what}: more than ${failure.limit}`;
    case "UNKNOWN_NAME":
      return `unknown name '${failure.name}'`;
    case "SECRET_READ":
      return "an expression cannot read a secret";
    case "UNKNOWN_FUNCTION":
      return `unknown function '${failure.name}'${failure.reason === null ? "" : `: ${failure.reason}`}`;
    case "UNSUPPORTED":
      return `${failure.what} is not supported`;
    default:
      return describeValueFailure(failure);
  }
}

function describeValueFailure(
  failure: Exclude<
    ExpressionFailure,
    { code: "SYNTAX" | "BAD_TEMPLATE" | "TOO_LONG" | "TOO_COMPLEX" | "UNKNOWN_NAME" }
  >,
): string {
  switch (failure.code) {
    case "WRONG_TYPE":
      return `${failure.operation} does not apply to ${failure.kinds.join(" and ")}`;
    case "NO_SUCH_KEY":
      return `there is no '${failure.key}'`;
    case "OUT_OF_RANGE":
      return `index ${failure.index} is outside a list of ${failure.size}`;
    case "OVERFLOW":
      return `${failure.operation} leaves the range of ${failure.kind}`;
    case "DIVISION_BY_ZERO":
      return "division by zero";
    case "INVALID_CONVERSION":
      return `this ${failure.from} is no ${failure.to}`;
    case "FLOAT_AS_TEXT":
      return "a double has no text of its own: compare it, or take an integer or a string";
    case "NOT_TEXT":
      return `a ${failure.kind} cannot stand inside text`;
    case "COST_EXCEEDED":
      return `costs more than ${failure.limit} units`;
    case "FORBIDDEN_CHARACTER":
      return `a character that may not stand in a ${failure.context}`;
    default:
      return failure.code;
  }
}
