import type { ASTNode } from "@marcbachmann/cel-js";
import type { Compiled } from "./compiled.ts";
import { charge, type Frame, type Run, textCost } from "./frame.ts";
import {
  type Arithmetic,
  areEqual,
  arithmeticKind,
  type Comparison,
  calculate,
  compare,
  fail,
  isNumeric,
  isOrdered,
  type Place,
  wrongType,
} from "./number.ts";
import { type Kind, kindOf, type Value } from "./scope.ts";

const MAX_TEXT = 262_144;

/** `left op right`. Kinds that are known and do not fit are refused here, the others when they meet. */
export function compileBinary(node: ASTNode, left: Compiled, right: Compiled): Compiled {
  switch (node.op) {
    case "==":
    case "!=":
      return compileEquality(node.op === "==", node, left, right);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compileComparison(node.op, node, left, right);
    case "in":
      return compileMembership(node, left, right);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return compileArithmetic(node.op, node, left, right);
    default:
      throw fail({ code: "UNSUPPORTED", what: node.op }, node);
  }
}

function compileEquality(wanted: boolean, place: Place, left: Compiled, right: Compiled): Compiled {
  const comparable = (a: Kind, b: Kind): boolean =>
    a === b || (isNumeric(a) && isNumeric(b)) || a === "null" || b === "null";
  requireKinds(wanted ? "==" : "!=", place, left, right, comparable);
  const run: Run = (frame) =>
    areEqual(left.run(frame), right.run(frame), (units) => charge(frame, units, place)) === wanted;
  return { kind: "bool", run };
}

function compileComparison(
  op: Comparison,
  place: Place,
  left: Compiled,
  right: Compiled,
): Compiled {
  requireKinds(op, place, left, right, isOrdered);
  return { kind: "bool", run: (frame) => compare(op, left.run(frame), right.run(frame), place) };
}

function compileMembership(place: Place, left: Compiled, right: Compiled): Compiled {
  requireKinds("in", place, left, right, (_, b) => b === "list" || b === "map");
  const run: Run = (frame) => isMember(left.run(frame), right.run(frame), frame, place);
  return { kind: "bool", run };
}

function isMember(item: Value, collection: Value, frame: Frame, place: Place): boolean {
  if (Array.isArray(collection)) {
    return (collection as readonly Value[]).some((other) =>
      areEqual(item, other, (units) => charge(frame, units, place)),
    );
  }
  if (kindOf(collection) !== "map" || typeof item !== "string") {
    throw wrongType("in", [item, collection], place);
  }
  return Object.hasOwn(collection as object, item);
}

function compileArithmetic(
  op: Arithmetic,
  place: Place,
  left: Compiled,
  right: Compiled,
): Compiled {
  requireKinds(op, place, left, right, (a, b) => arithmeticKind(op, a, b) !== null);
  const run: Run = (frame) => {
    const a = left.run(frame);
    const b = right.run(frame);
    if (op === "+" && typeof a === "string" && typeof b === "string")
      return append(a, b, frame, place);
    if (op === "+" && Array.isArray(a) && Array.isArray(b)) {
      charge(frame, a.length + b.length, place);
      return [...(a as readonly Value[]), ...(b as readonly Value[])];
    }
    return calculate(op, a, b, place);
  };
  const known = left.kind !== "dyn" && right.kind !== "dyn";
  const kind = known ? arithmeticKind(op, left.kind as Kind, right.kind as Kind) : null;
  return { kind: kind ?? "dyn", run };
}

function append(a: string, b: string, frame: Frame, place: Place): string {
  const length = a.length + b.length;
  if (length > MAX_TEXT) throw fail({ code: "TOO_COMPLEX", what: "text", limit: MAX_TEXT }, place);
  charge(frame, textCost(length), place);
  return a + b;
}

function requireKinds(
  operation: string,
  place: Place,
  left: Compiled,
  right: Compiled,
  fits: (left: Kind, right: Kind) => boolean,
): void {
  if (left.kind === "dyn" || right.kind === "dyn" || fits(left.kind, right.kind)) return;
  throw fail({ code: "WRONG_TYPE", operation, kinds: [left.kind, right.kind] }, place);
}
