import type { ASTNode } from "@marcbachmann/cel-js";
import { attempt, bool, type Compiled, type Surroundings } from "./compiled.ts";
import { ExpressionError } from "./expression-error.ts";
import { charge, type Frame, type Run } from "./frame.ts";
import { fail, type Place, wrongType } from "./number.ts";
import { kindOf, type Value } from "./scope.ts";

/** Methods that run an expression once per element of a list or key of a map. */
export const MACROS: ReadonlySet<string> = new Set([
  "all",
  "exists",
  "exists_one",
  "map",
  "filter",
]);

/** Runs the body with the macro's variable set. */
type Each = (item: Value, frame: Frame) => Value;

interface MacroCall {
  readonly node: ASTNode;
  readonly name: string;
  readonly receiver: ASTNode;
  readonly args: readonly ASTNode[];
}

export function compileMacro(
  { node, name, receiver, args }: MacroCall,
  around: Surroundings,
  compileNode: (node: ASTNode, around: Surroundings) => Compiled,
): Compiled {
  const variable = args[0];
  const last = args.at(-1);
  const wellFormed = args.length === 2 || (args.length === 3 && name === "map");
  if (!wellFormed || variable?.op !== "id" || last === undefined) {
    throw fail({ code: "SYNTAX", detail: `${name}() takes a variable and an expression` }, node);
  }
  const source = compileNode(receiver, around);
  const slot = around.locals.length;
  const inner = { ...around, locals: [...around.locals, variable.args] };
  const each = (body: ASTNode): Each => {
    const compiled = compileNode(body, inner);
    return (item, frame) => {
      frame.locals[slot] = item;
      return compiled.run(frame);
    };
  };
  const filter = args.length === 3 ? each(args[1] as ASTNode) : null;
  const apply = MACRO_RUNS[name as keyof typeof MACRO_RUNS](each(last), filter, node);
  const run: Run = (frame) => apply(elements(source.run(frame), frame, node), frame);
  return { kind: name === "map" || name === "filter" ? "list" : "bool", run };
}

function elements(value: Value, frame: Frame, place: Place): readonly Value[] {
  const list = Array.isArray(value) ? (value as readonly Value[]) : null;
  if (list === null && kindOf(value) !== "map") throw wrongType("this macro", [value], place);
  const items = list ?? Object.keys(value as object);
  charge(frame, items.length, place);
  return items;
}

type Apply = (items: readonly Value[], frame: Frame) => Value;

const MACRO_RUNS = {
  all: (each: Each, _: Each | null, place: Place): Apply => quantifier(false, each, place),
  exists: (each: Each, _: Each | null, place: Place): Apply => quantifier(true, each, place),
  exists_one:
    (each: Each, _: Each | null, place: Place): Apply =>
    (items, frame) =>
      items.filter((item) => bool(each(item, frame), "exists_one", place)).length === 1,
  filter:
    (each: Each, _: Each | null, place: Place): Apply =>
    (items, frame) =>
      items.filter((item) => bool(each(item, frame), "filter", place)),
  map:
    (each: Each, filter: Each | null, place: Place): Apply =>
    (items, frame) => {
      const kept =
        filter === null ? items : items.filter((item) => bool(filter(item, frame), "map", place));
      return kept.map((item) => each(item, frame));
    },
} as const;

// As with `&&` and `||`: an element that settles the result makes other elements' errors irrelevant.
function quantifier(settling: boolean, each: Each, place: Place): Apply {
  return (items, frame) => {
    let error: ExpressionError | null = null;
    for (const item of items) {
      const result = attempt(() => bool(each(item, frame), "this macro", place));
      if (result === settling) return settling;
      if (result instanceof ExpressionError) error ??= result;
    }
    if (error !== null) throw error;
    return !settling;
  };
}
