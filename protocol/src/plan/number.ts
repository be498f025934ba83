import { ExpressionError, type ExpressionFailure } from "./expression-error.ts";
import { Int256, type Kind, kindOf, Uint256, type Value } from "./scope.ts";

export type Arithmetic = "+" | "-" | "*" | "/" | "%";
export type Comparison = "<" | "<=" | ">" | ">=";

export interface Place {
  readonly start: number;
  readonly end: number;
}

export function fail(failure: ExpressionFailure, place: Place): ExpressionError {
  return new ExpressionError(failure, place.start, place.end);
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT256 = 2n ** 256n - 1n;
const MAX_INT256 = 2n ** 255n - 1n;
const MIN_INT256 = -(2n ** 255n);

type IntegerKind = "int" | "uint256" | "int256";

/** An integer of the given kind, or OVERFLOW. */
export function integer(kind: IntegerKind, value: bigint, operation: string, place: Place): Value {
  const [min, max] = {
    int: [MIN_INT, MAX_INT] as const,
    uint256: [0n, MAX_UINT256] as const,
    int256: [MIN_INT256, MAX_INT256] as const,
  }[kind];
  if (value < min || value > max) throw fail({ code: "OVERFLOW", kind, operation }, place);
  if (kind === "int") return value;
  return kind === "uint256" ? new Uint256(value) : new Int256(value);
}

/** The number behind any integer kind, or null. */
export function integerOf(value: Value): bigint | null {
  if (typeof value === "bigint") return value;
  return value instanceof Uint256 || value instanceof Int256 ? value.value : null;
}

function numberOf(value: Value): bigint | number | null {
  return typeof value === "number" ? value : integerOf(value);
}

/**
 * The kind of `left op right`, null when there is none. An `int` takes the 256-bit kind of the other side;
 * `uint256` and `int256` do not mix, because neither holds the other.
 */
export function arithmeticKind(op: Arithmetic, left: Kind, right: Kind): Kind | null {
  if (left === right) {
    if (left === "double") return op === "%" ? null : left;
    if (left === "int" || left === "uint256" || left === "int256") return left;
    return op === "+" && (left === "string" || left === "list") ? left : null;
  }
  if (left === "int" && (right === "uint256" || right === "int256")) return right;
  if (right === "int" && (left === "uint256" || left === "int256")) return left;
  return null;
}

/** Arithmetic on numbers. Text and lists are the caller's. */
export function calculate(op: Arithmetic, left: Value, right: Value, place: Place): Value {
  const kind = arithmeticKind(op, kindOf(left), kindOf(right));
  if (kind === "double") return onDoubles(op, left as number, right as number);
  const a = integerOf(left);
  const b = integerOf(right);
  if (kind === null || a === null || b === null) throw wrongType(op, [left, right], place);
  return integer(kind as IntegerKind, onIntegers(op, a, b, place), op, place);
}

function onIntegers(op: Arithmetic, a: bigint, b: bigint, place: Place): bigint {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    default:
      if (b === 0n) throw fail({ code: "DIVISION_BY_ZERO" }, place);
      return op === "/" ? a / b : a % b;
  }
}

// The four IEEE 754 operations are exact to the last bit on every engine.
function onDoubles(op: Arithmetic, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    default:
      return a / b;
  }
}

/** `-value`. */
export function negate(value: Value, place: Place): Value {
  if (typeof value === "number") return -value;
  if (typeof value === "bigint") return integer("int", -value, "-", place);
  if (value instanceof Int256) return integer("int256", -value.value, "-", place);
  throw wrongType("-", [value], place);
}

/** Whether values of the two kinds have an order. Numbers of all kinds compare by their exact value. */
export function isOrdered(left: Kind, right: Kind): boolean {
  return (left === "string" && right === "string") || (isNumeric(left) && isNumeric(right));
}

export function isNumeric(kind: Kind): boolean {
  return kind === "int" || kind === "double" || kind === "uint256" || kind === "int256";
}

export function compare(op: Comparison, left: Value, right: Value, place: Place): boolean {
  if (typeof left === "string" && typeof right === "string") return ordered(op, left, right);
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === null || b === null) throw wrongType(op, [left, right], place);
  return ordered(op, a, b);
}

function ordered<T extends string | bigint | number>(op: Comparison, a: T, b: T): boolean {
  switch (op) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

/** Equality: numbers by exact value across kinds, lists and maps by content, other kinds never equal. */
export function areEqual(left: Value, right: Value, charge: (units: number) => void): boolean {
  charge(1);
  const a = numberOf(left);
  const b = numberOf(right);
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint equals a double by value, exactly.
  if (a !== null && b !== null) return a == b;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((item: Value, at) => areEqual(item, right[at] as Value, charge))
    );
  }
  if (kindOf(left) === "map" && kindOf(right) === "map") {
    return mapsEqual(left as { [key: string]: Value }, right as { [key: string]: Value }, charge);
  }
  return left === right;
}

function mapsEqual(
  left: { readonly [key: string]: Value },
  right: { readonly [key: string]: Value },
  charge: (units: number) => void,
): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => Object.hasOwn(right, key) && areEqual(left[key] as Value, right[key] as Value, charge),
  );
}

export function wrongType(
  operation: string,
  values: readonly Value[],
  place: Place,
): ExpressionError {
  return fail({ code: "WRONG_TYPE", operation, kinds: values.map(kindOf) }, place);
}
