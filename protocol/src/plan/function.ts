import { charge, type Frame, textCost } from "./frame.ts";
import { fail, integer, integerOf, type Place, wrongType } from "./number.ts";
import { type Kind, kindOf, type Value } from "./scope.ts";

interface Call {
  readonly frame: Frame;
  readonly place: Place;
}

interface FunctionEntry {
  readonly min: number;
  readonly max: number;
  readonly kind: Kind;
  readonly run: (args: readonly Value[], call: Call) => Value;
}

const DECIMAL = /^-?(0|[1-9][0-9]*)$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const MAX_DIGITS = 80;

/** Functions by name: `size(x)`, conversions. */
export const FUNCTIONS: ReadonlyMap<string, FunctionEntry> = new Map(
  Object.entries({
    size: unary("int", (value, call) => BigInt(sizeOf(value, call))),
    string: unary("string", toText),
    int: unary("int", (value, call) => toInteger("int", value, call)),
    uint256: unary("uint256", (value, call) => toInteger("uint256", value, call)),
    int256: unary("int256", (value, call) => toInteger("int256", value, call)),
    double: unary("double", toDouble),
  }),
);

/** Methods by name: the receiver is the first argument. */
export const METHODS: ReadonlyMap<string, FunctionEntry> = new Map(
  Object.entries({
    size: unary("int", (value, call) => BigInt(sizeOf(value, call))),
    contains: onText("bool", (text, part) => text.includes(part)),
    startsWith: onText("bool", (text, part) => text.startsWith(part)),
    endsWith: onText("bool", (text, part) => text.endsWith(part)),
    lowerAscii: unary("string", (value, call) => mapAscii(text(value, "lowerAscii", call), 65, 32)),
    upperAscii: unary("string", (value, call) =>
      mapAscii(text(value, "upperAscii", call), 97, -32),
    ),
    trim: unary("string", (value, call) => trimAscii(text(value, "trim", call))),
    split: onText("list", split),
    join: { min: 1, max: 2, kind: "string", run: join },
  } satisfies { readonly [name: string]: FunctionEntry }),
);

function unary(kind: Kind, run: (value: Value, call: Call) => Value): FunctionEntry {
  return { min: 1, max: 1, kind, run: (args, call) => run(args[0] as Value, call) };
}

function onText(
  kind: Kind,
  run: (text: string, argument: string, call: Call) => Value,
): FunctionEntry {
  return {
    min: 2,
    max: 2,
    kind,
    run: ([receiver, argument], call) => {
      if (typeof receiver !== "string" || typeof argument !== "string") {
        throw wrongType("this method", [receiver as Value, argument as Value], call.place);
      }
      charge(call.frame, textCost(receiver.length), call.place);
      return run(receiver, argument, call);
    },
  };
}

function text(value: Value, operation: string, { frame, place }: Call): string {
  if (typeof value !== "string") throw wrongType(operation, [value], place);
  charge(frame, textCost(value.length), place);
  return value;
}

// Code points, as CEL counts.
function sizeOf(value: Value, call: Call): number {
  if (typeof value === "string") {
    charge(call.frame, textCost(value.length), call.place);
    let count = 0;
    for (const _ of value) count += 1;
    return count;
  }
  if (Array.isArray(value)) return value.length;
  if (kindOf(value) === "map") return Object.keys(value as object).length;
  throw wrongType("size", [value], call.place);
}

function toText(value: Value, call: Call): Value {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") throw fail({ code: "FLOAT_AS_TEXT" }, call.place);
  const number = integerOf(value);
  if (number === null) throw fail({ code: "NOT_TEXT", kind: kindOf(value) }, call.place);
  return number.toString();
}

function toInteger(kind: "int" | "uint256" | "int256", value: Value, call: Call): Value {
  const number = integerOf(value) ?? parseInteger(value, kind);
  if (number === null) throw invalid(kind, value, call);
  return integer(kind, number, `${kind}()`, call.place);
}

function parseInteger(value: Value, kind: Kind): bigint | null {
  if (typeof value === "number" && kind === "int") {
    return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  }
  if (typeof value !== "string" || value.length > MAX_DIGITS) return null;
  if (kind !== "int" && HEXADECIMAL.test(value)) return BigInt(value);
  return DECIMAL.test(value) ? BigInt(value) : null;
}

// The conversion of decimal text to a double is exact by the language standard.
function toDouble(value: Value, call: Call): Value {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || value.length > MAX_DIGITS || !NUMBER.test(value)) {
    throw invalid("double", value, call);
  }
  return Number(value);
}

function invalid(to: Kind, value: Value, call: Call): Error {
  return fail({ code: "INVALID_CONVERSION", to, from: kindOf(value) }, call.place);
}

// ASCII only: what other letters become differs between versions of Unicode.
function mapAscii(source: string, first: number, shift: number): string {
  let result = "";
  for (let at = 0; at < source.length; at += 1) {
    const unit = source.charCodeAt(at);
    result += unit >= first && unit < first + 26 ? String.fromCharCode(unit + shift) : source[at];
  }
  return result;
}

function trimAscii(source: string): string {
  let start = 0;
  let end = source.length;
  while (start < end && isSpace(source.charCodeAt(start))) start += 1;
  while (end > start && isSpace(source.charCodeAt(end - 1))) end -= 1;
  return source.slice(start, end);
}

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13);
}

function split(source: string, separator: string, call: Call): Value {
  const parts = separator === "" ? [...source] : source.split(separator);
  charge(call.frame, parts.length, call.place);
  return parts;
}

function join(args: readonly Value[], call: Call): Value {
  const [list, separator = ""] = args;
  if (!Array.isArray(list) || typeof separator !== "string") {
    throw wrongType("join", args, call.place);
  }
  let length = 0;
  for (const item of list as readonly Value[]) {
    if (typeof item !== "string") throw wrongType("join", [item], call.place);
    length += item.length + separator.length;
  }
  charge(call.frame, list.length + textCost(length), call.place);
  return list.join(separator);
}
