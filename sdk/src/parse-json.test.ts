import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonError, parseJson } from "./parse-json.ts";

function problem(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError && error.cause === undefined) return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

test("a file that is no JSON is told by its line", () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(problem("")).toContain("too early");
  expect(problem('{"a":')).toContain("too early");
  expect(problem("{\n\n  a: 1}")).toMatch(/line 3$/);
  expect(problem(`{"a": 1,\n${" ".repeat(40)}\n"b": x${" ".repeat(40)}}`)).toMatch(/line [23]$/);
});

test("nothing of it is shown: it may be a passphrase", () => {
  for (const secret of ["hunter2", "1234x", "correct horse", '{"pin":hunter2}', "-hunter2"]) {
    expect(problem(secret)).not.toMatch(/hunter2|1234|correct|horse|pin/);
  }
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      let message = "";
      try {
        parseJson(text);
      } catch (error) {
        message = String((error as Error).stack?.split("\n")[0]);
        expect(message).toMatch(
          /^JsonError: not JSON(: it ends too early, or is empty| (in|near) line \d+)$/,
        );
      }
    }),
  );
});
