import type { ASTNode } from "@marcbachmann/cel-js";
import { attempt, bool, type Compiled, requireBool, type Surroundings } from "./compiled.ts";
import { ExpressionError } from "./expression-error.ts";
import { charge, type Frame } from "./frame.ts";
import { FUNCTIONS, METHODS } from "./function.ts";
import { compileMacro, MACROS } from "./macro.ts";
import { fail, negate, type Place, wrongType } from "./number.ts";
import { compileBinary } from "./operator.ts";
import { kindOf, SCOPE_ROOTS, type Value, type ValueMap } from "./scope.ts";

// Bounds recursion here and in evaluation, whatever the host's stack.
const MAX_DEPTH = 100;

export function compileNode(node: ASTNode, around: Surroundings): Compiled {
  if (around.depth > MAX_DEPTH) {
    throw fail({ code: "TOO_COMPLEX", what: "nesting", limit: MAX_DEPTH }, node);
  }
  const inner = { ...around, depth: around.depth + 1 };
  const compiled = compileOperation(node, inner);
  return {
    kind: compiled.kind,
    run: (frame) => {
      charge(frame, 1, node);
      return compiled.run(frame);
    },
  };
}

function compileOperation(node: ASTNode, around: Surroundings): Compiled {
  switch (node.op) {
    case "value":
      return compileLiteral(node.args, node);
    case "id":
    case ".":
    case "[]":
      return compileAccess(node, around);
    case "call":
      return compileCall(node, node.args[0], node.args[1], FUNCTIONS, around);
    case "rcall":
      return compileMethod(node, node.args, around);
    case "list":
      return compileList(node.args, around);
    case "map":
      return compileMap(node.args, around);
    case "?:":
      return compileChoice(node.args, around);
    case "&&":
    case "||":
      return compileLogic(node.op, node.args, around);
    case "!_":
      return compileNot(node.args, around);
    case "-_":
      return compileNegation(node, node.args, around);
    case ".?":
    case "[?]":
      throw fail({ code: "UNSUPPORTED", what: "optional access" }, node);
    default: {
      const [left, right] = node.args;
      return compileBinary(node, compileNode(left, around), compileNode(right, around));
    }
  }
}

function compileLiteral(value: unknown, place: Place): Compiled {
  if (typeof value === "bigint" && value >= 2n ** 63n) {
    throw fail(
      { code: "OVERFLOW", kind: "int", operation: 'a bare number; write uint256("…"): it' },
      place,
    );
  }
  if (typeof value === "object" && value !== null) {
    const what =
      value instanceof Uint8Array ? "a bytes literal" : 'a literal such as 5u; uint256("5")';
    throw fail({ code: "UNSUPPORTED", what }, place);
  }
  const literal = value as null | boolean | string | bigint | number;
  return { kind: kindOf(literal), run: () => literal };
}

/** The names from the scope's root down to `node`, or null when it does not start at the scope. */
function pathOf(node: ASTNode, locals: readonly string[]): readonly string[] | null {
  if (node.op === "id") return locals.includes(node.args) ? null : [node.args];
  if (node.op !== "." && node.op !== "[]") return null;
  const path = pathOf(node.args[0], locals);
  if (path === null) return null;
  const key = node.args[1];
  if (typeof key === "string") return [...path, key];
  return key.op === "value" && typeof key.args === "string" ? [...path, key.args] : null;
}

function compileAccess(node: ASTNode, around: Surroundings): Compiled {
  const path = pathOf(node, around.locals);
  if (path === null) return compileSelection(node, around);
  around.references.push({ path, start: node.start, end: node.end });
  // The whole chain is one reference: its inner parts are compiled without being noted again.
  const { run } = compileSelection(node, { ...around, references: [] });
  return { run, kind: around.kindAt(path) };
}

function compileSelection(node: ASTNode, around: Surroundings): Compiled {
  if (node.op === "id") return compileName(node.args, node, around);
  if (node.op === ".") {
    const receiver = compileNode(node.args[0], around);
    const name = node.args[1];
    return { kind: "dyn", run: (frame) => field(receiver.run(frame), name, node) };
  }
  if (node.op !== "[]") throw fail({ code: "UNSUPPORTED", what: node.op }, node);
  const receiver = compileNode(node.args[0], around);
  const key = compileNode(node.args[1], around);
  return { kind: "dyn", run: (frame) => element(receiver.run(frame), key.run(frame), node) };
}

function compileName(name: string, place: Place, around: Surroundings): Compiled {
  const slot = around.locals.lastIndexOf(name);
  if (slot >= 0) return { kind: "dyn", run: (frame) => frame.locals[slot] as Value };
  if (name === "secret") throw fail({ code: "SECRET_READ" }, place);
  if (!SCOPE_ROOTS.some((root) => root === name)) {
    throw fail({ code: "UNKNOWN_NAME", name }, place);
  }
  const run = (frame: Frame): Value => {
    const value = frame.scope[name];
    if (value === undefined) throw fail({ code: "NO_SUCH_KEY", key: name }, place);
    return value;
  };
  return { kind: around.kindAt([name]), run };
}

function field(receiver: Value, name: string, place: Place): Value {
  if (kindOf(receiver) !== "map") throw wrongType(`.${name}`, [receiver], place);
  const map = receiver as ValueMap;
  const value = Object.hasOwn(map, name) ? map[name] : undefined;
  if (value === undefined) throw fail({ code: "NO_SUCH_KEY", key: name }, place);
  return value;
}

function element(receiver: Value, key: Value, place: Place): Value {
  if (typeof key === "string") return field(receiver, key, place);
  if (!Array.isArray(receiver) || typeof key !== "bigint") {
    throw wrongType("[]", [receiver, key], place);
  }
  const list = receiver as readonly Value[];
  if (key < 0n || key >= BigInt(list.length)) {
    throw fail({ code: "OUT_OF_RANGE", index: key.toString(), size: list.length }, place);
  }
  return list[Number(key)] as Value;
}

function compileMethod(
  node: ASTNode,
  [name, receiver, args]: [string, ASTNode, ASTNode[]],
  around: Surroundings,
): Compiled {
  if (MACROS.has(name)) return compileMacro({ node, name, receiver, args }, around, compileNode);
  return compileCall(node, name, [receiver, ...args], METHODS, around);
}

function reasonOf(name: string): string | null {
  return Object.hasOwn(REASONS, name) ? (REASONS[name] ?? null) : null;
}

const REASONS: { readonly [name: string]: string } = {
  matches: "regular expressions may take for ever and differ between engines",
  timestamp: "times are numbers of seconds: compare `now`",
  duration: "times are numbers of seconds: compare `now`",
  uint: 'use int(…) or uint256("…")',
};

function compileCall(
  node: ASTNode,
  name: string,
  args: readonly ASTNode[],
  table: typeof FUNCTIONS,
  around: Surroundings,
): Compiled {
  if (name === "has" && table === FUNCTIONS) return compileHas(node, args, around);
  const entry = table.get(name);
  if (entry === undefined || args.length < entry.min || args.length > entry.max) {
    const reason = entry === undefined ? reasonOf(name) : "it takes other arguments";
    throw fail({ code: "UNKNOWN_FUNCTION", name, reason }, node);
  }
  const compiled = args.map((arg) => compileNode(arg, around));
  const run = (frame: Frame): Value =>
    entry.run(
      compiled.map((arg) => arg.run(frame)),
      { frame, place: node },
    );
  return { kind: entry.kind, run };
}

function compileHas(node: ASTNode, args: readonly ASTNode[], around: Surroundings): Compiled {
  const target = args[0];
  if (args.length !== 1 || target?.op !== ".") {
    throw fail(
      { code: "SYNTAX", detail: "has() takes one field, for example has(input.note)" },
      node,
    );
  }
  const path = pathOf(target, around.locals);
  if (path !== null) around.references.push({ path, start: target.start, end: target.end });
  const quiet = path === null ? around : { ...around, references: [] };
  const receiver = compileNode(target.args[0], quiet);
  const name = target.args[1];
  const run = (frame: Frame): Value => {
    const value = receiver.run(frame);
    if (kindOf(value) !== "map") throw wrongType("has", [value], node);
    return Object.hasOwn(value as ValueMap, name) && (value as ValueMap)[name] !== undefined;
  };
  return { kind: "bool", run };
}

function compileList(items: readonly ASTNode[], around: Surroundings): Compiled {
  const compiled = items.map((item) => compileNode(item, around));
  return { kind: "list", run: (frame) => compiled.map((item) => item.run(frame)) };
}

function compileMap(entries: readonly [ASTNode, ASTNode][], around: Surroundings): Compiled {
  const compiled = entries.map(([key, value]) => ({
    place: key,
    key: compileNode(key, around),
    value: compileNode(value, around),
  }));
  const run = (frame: Frame): Value =>
    Object.fromEntries(
      compiled.map(({ place, key, value }) => {
        const name = key.run(frame);
        if (typeof name !== "string") throw wrongType("a map's key", [name], place);
        return [name, value.run(frame)];
      }),
    );
  return { kind: "map", run };
}

function compileChoice(args: readonly [ASTNode, ASTNode, ASTNode], around: Surroundings): Compiled {
  const [condition, yes, no] = args.map((arg) => compileNode(arg, around)) as [
    Compiled,
    Compiled,
    Compiled,
  ];
  requireBool(condition, "?:", args[0]);
  const run = (frame: Frame): Value =>
    bool(condition.run(frame), "?:", args[0]) ? yes.run(frame) : no.run(frame);
  return { kind: yes.kind === no.kind ? yes.kind : "dyn", run };
}

// As CEL has it: a side that settles the result makes the other side's error irrelevant.
function compileLogic(
  op: "&&" | "||",
  args: readonly [ASTNode, ASTNode],
  around: Surroundings,
): Compiled {
  const [left, right] = args.map((arg) => compileNode(arg, around)) as [Compiled, Compiled];
  requireBool(left, op, args[0]);
  requireBool(right, op, args[1]);
  const settling = op === "||";
  const run = (frame: Frame): Value => {
    const first = attempt(() => bool(left.run(frame), op, args[0]));
    if (first === settling) return settling;
    const second = bool(right.run(frame), op, args[1]);
    if (second !== settling && first instanceof ExpressionError) throw first;
    return second;
  };
  return { kind: "bool", run };
}

function compileNot(arg: ASTNode, around: Surroundings): Compiled {
  const operand = compileNode(arg, around);
  requireBool(operand, "!", arg);
  return { kind: "bool", run: (frame) => !bool(operand.run(frame), "!", arg) };
}

function compileNegation(node: ASTNode, arg: ASTNode, around: Surroundings): Compiled {
  const operand = compileNode(arg, around);
  const { kind } = operand;
  if (kind !== "dyn" && kind !== "int" && kind !== "int256" && kind !== "double") {
    throw fail({ code: "WRONG_TYPE", operation: "-", kinds: [kind] }, node);
  }
  return { kind, run: (frame) => negate(operand.run(frame), node) };
}
