import { expect, test } from "vitest";
import { UsageError } from "../start/usage-error.ts";
import { parseKwalaArguments } from "./arguments.ts";

const place = { folder: undefined, examples: "/examples" };

test("without arguments it runs the examples, or what DEED_KWALA_FILES names", () => {
  expect(parseKwalaArguments([], place)).toMatchObject({
    folder: "/examples",
    filling: false,
    firstOnly: false,
    json: false,
  });
  expect(parseKwalaArguments([], { ...place, folder: "/mine" }).folder).toBe("/mine");
  expect(parseKwalaArguments(["--files", "x"], { ...place, folder: "/mine" }).folder).toBe("x");
});

test("an argument that it does not know is answered with its usage", () => {
  expect(() => parseKwalaArguments(["--fast"], place)).toThrow(UsageError);
  expect(() => parseKwalaArguments(["--fast"], place)).toThrow("npm run kwala");
});
