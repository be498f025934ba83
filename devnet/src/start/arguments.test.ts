import { expect, test } from "vitest";
import { DEMO_USAGE, parseDemoArguments } from "../demo/arguments.ts";
import { parseRebuildArguments, REBUILD_USAGE } from "../rebuild/arguments.ts";
import { parseStartArguments, START_USAGE } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

test("a command line that says nothing has its defaults", () => {
  expect(parseStartArguments([])).toMatchObject({ directory: ".deed", fresh: false, json: false });
  expect(parseRebuildArguments(["--node", "3", "--json"])).toEqual({
    directory: null,
    nodeNo: 3,
    json: true,
    help: false,
  });
  expect(parseDemoArguments(["--tamper", "branch", "--json"])).toMatchObject({
    tamper: "branch",
    json: true,
  });
});

test.each<[string, () => unknown, string]>([
  ["an unknown option", () => parseStartArguments(["--port", "1"]), START_USAGE],
  ["a value that is missing", () => parseStartArguments(["--dir"]), START_USAGE],
  ["an unknown lie", () => parseDemoArguments(["--tamper", "everything"]), DEMO_USAGE],
  ["a word too many", () => parseDemoArguments(["now"]), DEMO_USAGE],
  ["a node without a number", () => parseRebuildArguments(["--node", "x"]), REBUILD_USAGE],
  ["an unknown wish", () => parseRebuildArguments(["--all"]), REBUILD_USAGE],
])("%s is refused with what there is", (_what, parse, usage) => {
  expect(parse).toThrow(
    expect.objectContaining({ failure: { code: "USAGE", reason: expect.any(String), usage } }),
  );
  expect(parse).toThrow(UsageError);
});
