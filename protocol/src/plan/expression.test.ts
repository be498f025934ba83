import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "./expression.ts";
import { ExpressionError } from "./expression-error.ts";
import { Int256, type Scope, Uint256, type Value } from "./scope.ts";

const scope: Scope = {
  now: 1_700_000_000n,
  event: {
    to: "0x00000000000000000000000000000000000000aa",
    amount: new Uint256(5n * 10n ** 18n),
    delta: new Int256(-3n),
    parts: [new Uint256(1n), new Uint256(2n)],
  },
  trigger: { kind: "event", blockNumber: 7n },
  steps: {
    quote: { outcome: "ok", status: 200n, body: { usd: 2999.5, list: [1n, 2n, 3n] } },
    skipped: { outcome: "skipped" },
  },
};

const run = (source: string, within: Scope = scope): Value =>
  compileExpression(source).evaluate(within);

function failure(source: string, within: Scope = scope): string {
  try {
    run(source, within);
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.code}@${error.offset}`;
    throw error;
  }
  return "no error";
}

describe("what expressions compute", () => {
  test.each<[string, Value]>([
    ["1 + 2 * 3", 7n],
    ["-7 / 2", -3n],
    ["-7 % 2", -1n],
    ["1.5 + 1.5 == 3", true],
    ['event.amount >= uint256("1000000000000000000")', true],
    ["event.amount > 5", true],
    ["5 < event.amount", true],
    ["event.amount == 5000000000000000000", true],
    ["event.amount / 1000000000000000000 == 5", true],
    ["event.delta < 0", true],
    ["-event.delta == 3", true],
    ["event.delta < event.amount", true],
    ["int256(event.amount) + event.delta == 4999999999999999997", true],
    ["2 in event.parts", true],
    ["9 in event.parts", false],
    ["steps.quote.body.usd < 3000", true],
    ["steps.quote.body.list[1]", 2n],
    ['steps["quote"].status', 200n],
    ["steps.quote.body.list.map(x, x * 2)", [2n, 4n, 6n]],
    ["steps.quote.body.list.map(x, x > 1, x * 2)", [4n, 6n]],
    ["steps.quote.body.list.filter(x, x > 1)", [2n, 3n]],
    ["steps.quote.body.list.all(x, steps.quote.body.list.exists(y, x == y))", true],
    ["steps.quote.body.list.exists_one(x, x == 2)", true],
    ["has(steps.quote.body.usd) && !has(steps.quote.body.eur)", true],
    ["has(steps.skipped.status)", false],
    ['steps.skipped.status == 200 || steps.skipped.outcome == "skipped"', true],
    ['"aé€😀".size()', 4n],
    ['size([1, 2]) + size({"a": 1})', 3n],
    ['"A-Ä".lowerAscii()', "a-Ä"],
    ['" \\t x ".trim()', "x"],
    ['"a,b".split(",").join("-")', "a-b"],
    ["string(event.amount)", "5000000000000000000"],
    ['int("-42") + int(2.9)', -40n],
    ['uint256("0xff") == 255', true],
    ["now - 1700000000", 0n],
    ["now > 5 ? 'late' : 'early'", "late"],
    ["[1, 2] + [3] == [1, 2, 3]", true],
    ['{"a": [1]} == {"a": [1.0]}', true],
    ["null == steps.quote.body.usd", false],
  ])("%s", (source, value) => {
    expect(run(source)).toEqual(value);
  });
});

describe("what expressions refuse", () => {
  test.each([
    ["", "SYNTAX@0"],
    ["1 +", "SYNTAX@3"],
    ["1 # 2", "SYNTAX@2"],
    ["x + 1", "UNKNOWN_NAME@0"],
    ["1 + secret.token", "SECRET_READ@4"],
    ['"a".matches("a+")', "UNKNOWN_FUNCTION@0"],
    ['timestamp("2026-01-01T00:00:00Z")', "UNKNOWN_FUNCTION@0"],
    ["size(1, 2)", "UNKNOWN_FUNCTION@0"],
    ["b'x'", "UNSUPPORTED@0"],
    ["5u", "UNSUPPORTED@0"],
    ["9223372036854775808", "OVERFLOW@0"],
    ["1 + 'a'", "WRONG_TYPE@0"],
    ["1 + 1.5", "WRONG_TYPE@0"],
    ["event.to + 1", "WRONG_TYPE@0"],
    ["event.amount + event.delta", "WRONG_TYPE@0"],
    ["event.amount.x", "WRONG_TYPE@0"],
    ["1 && true", "WRONG_TYPE@0"],
    ["event.nothing", "NO_SUCH_KEY@0"],
    ["event.constructor", "NO_SUCH_KEY@0"],
    ["event.__proto__", "NO_SUCH_KEY@0"],
    ["input.x", "NO_SUCH_KEY@0"],
    ["steps.quote.body.list[3]", "OUT_OF_RANGE@0"],
    ["steps.quote.body.list[-1]", "OUT_OF_RANGE@0"],
    ["9223372036854775807 + 1", "OVERFLOW@0"],
    ["event.amount - 6000000000000000000", "OVERFLOW@0"],
    ["event.amount / 0", "DIVISION_BY_ZERO@0"],
    ["1 % 0", "DIVISION_BY_ZERO@0"],
    ['int("12x")', "INVALID_CONVERSION@0"],
    ['uint256("")', "INVALID_CONVERSION@0"],
    ["uint256(1.5)", "INVALID_CONVERSION@0"],
    ['uint256("-1")', "OVERFLOW@0"],
    ["string(steps.quote.body.usd)", "FLOAT_AS_TEXT@0"],
    ["string(event)", "NOT_TEXT@0"],
    ["cel.bind(x, 1, x)", "UNKNOWN_FUNCTION@0"],
    [`${"!".repeat(200)}true`, "TOO_COMPLEX@0"],
    [`${"(".repeat(80)}1${")".repeat(80)}`, "SYNTAX@64"],
    [`"${"x".repeat(5000)}"`, "TOO_LONG@0"],
    [`1${" + 1".repeat(150)}`, "TOO_COMPLEX@0"],
  ])("%s", (source, expected) => {
    expect(failure(source)).toBe(expected);
  });

  test("nested macros stop at the cost limit, also where errors could be put aside", () => {
    const list = Array.from({ length: 200 }, (_, index) => BigInt(index));
    const within = { ...scope, input: list };
    const nested = "input.all(a, input.all(b, input.all(c, a + b + c >= 0)))";
    expect(failure(nested, within)).toMatch(/^COST_EXCEEDED/);
    expect(failure(`${nested} || true`, within)).toMatch(/^COST_EXCEEDED/);
  });

  test("text cannot be made without bound", () => {
    const within = { ...scope, input: "x".repeat(200_000) };
    expect(failure("input + input", within)).toMatch(/^TOO_COMPLEX/);
  });

  test("kinds that are known are checked before anything runs", () => {
    const kindAt = (path: readonly string[]) => (path[1] === "amount" ? "uint256" : "dyn");
    expect(() => compileExpression("event.amount + 'x'", kindAt)).toThrow(ExpressionError);
    expect(compileExpression("event.amount > 5", kindAt).kind).toBe("bool");
    expect(compileExpression("event.amount + 5", kindAt).kind).toBe("uint256");
  });
});

describe("references", () => {
  test("are the longest paths, with their places", () => {
    const { references } = compileExpression(
      'event.amount > 1 && steps["quote"].body.list[0] == steps.pay.status',
    );
    expect(references).toEqual([
      { path: ["event", "amount"], start: 0, end: 12 },
      { path: ["steps", "quote", "body", "list"], start: 20, end: 44 },
      { path: ["steps", "pay", "status"], start: 51, end: 67 },
    ]);
  });

  test("of macros leave their own variables out", () => {
    const { references } = compileExpression("input.all(event, event.x == now)");
    expect(references.map(({ path }) => path.join("."))).toEqual(["input", "now"]);
  });

  test("inside has() count", () => {
    const { references } = compileExpression("has(steps.quote.body)");
    expect(references[0]?.path).toEqual(["steps", "quote", "body"]);
  });
});

describe("256-bit arithmetic", () => {
  const max = 2n ** 256n - 1n;
  const word = fc.oneof(
    fc.bigInt({ min: 0n, max }),
    fc.bigInt({ min: 0n, max: 300n }),
    fc.bigInt({ min: max - 300n, max }),
  );
  const expected: { readonly [op: string]: (a: bigint, b: bigint) => bigint | null } = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => (b === 0n ? null : a / b),
    "%": (a, b) => (b === 0n ? null : a % b),
  };
  const outcome = (source: string): string => {
    try {
      const value = run(source);
      return value instanceof Uint256 || value instanceof Int256 ? value.value.toString() : "?";
    } catch (error) {
      return error instanceof ExpressionError ? error.code : "?";
    }
  };
  const inRange = (value: bigint | null, low: bigint, high: bigint): string => {
    if (value === null) return "DIVISION_BY_ZERO";
    return value < low || value > high ? "OVERFLOW" : value.toString();
  };

  test("unsigned agrees with exact integers or overflows", () => {
    fc.assert(
      fc.property(word, word, fc.constantFrom(..."+-*/%"), (a, b, op) => {
        const result = outcome(`uint256("${a}") ${op} uint256("${b}")`);
        expect(result).toBe(inRange(expected[op]?.(a, b) ?? null, 0n, max));
      }),
    );
  });

  test("signed agrees with exact integers or overflows", () => {
    const signed = word.map((value) => value - 2n ** 255n);
    fc.assert(
      fc.property(signed, signed, fc.constantFrom(..."+-*/%"), (a, b, op) => {
        const result = outcome(`int256("${a}") ${op} int256("${b}")`);
        expect(result).toBe(inRange(expected[op]?.(a, b) ?? null, -(2n ** 255n), 2n ** 255n - 1n));
      }),
    );
  });

  test("comparisons agree with exact integers, mixed with plain ones too", () => {
    const small = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(word, small, (a, b) => {
        expect(run(`uint256("${a}") < ${b}`)).toBe(a < b);
        expect(run(`${b} >= uint256("${a}")`)).toBe(b >= a);
        expect(run(`uint256("${a}") == ${b}`)).toBe(a === b);
      }),
    );
  });
});

test("nothing but ExpressionError ever leaves the engine", () => {
  const token = fc.constantFrom(
    ..."( ) [ ] { } . , ? : + - * / % ! == != < <= > >= in && || ' \" \\ 1 2.5 0x1f 9e99 null true".split(
      " ",
    ),
    ..."event event.amount steps.quote.body now input size has map(x, all(x, exists(x, x string(".split(
      " ",
    ),
    ..."uint256( int256( 'a' \"7\" .join() .split( ${ } b'' r'' u 😀 \ud800 __proto__ constructor".split(
      " ",
    ),
  );
  const source = fc.oneof(
    fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(" ")),
    fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join("")),
    fc.string({ maxLength: 40, unit: "binary" }),
  );
  fc.assert(
    fc.property(source, (text) => {
      expect(failure(text)).toEqual(expect.any(String));
    }),
    { numRuns: 3000 },
  );
});
