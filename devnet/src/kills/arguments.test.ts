import { expect, test } from "vitest";
import { UsageError } from "../start/usage-error.ts";
import { parseKillsArguments } from "./arguments.ts";

test("left out, a run has at least fifty kills and at most six minutes", () => {
  const { kills, seconds, sabotage, lie } = parseKillsArguments([]);
  expect({ kills, sabotage, lie }).toEqual({ kills: 50, sabotage: null, lie: true });
  expect(seconds).toBeLessThan(360);
});

test("nobody lies where that is not wanted, or a build without a rule is to be found", () => {
  expect(parseKillsArguments(["--no-lie"]).lie).toBe(false);
  expect(parseKillsArguments(["--sabotage", "lease"]).lie).toBe(false);
});

test.each([
  ["--seed", "one"],
  ["--kills", "0"],
  ["--seconds", "5"],
  ["--sabotage", "all"],
  ["--loud"],
])("%s %s says nothing sensible", (...argv) => {
  expect(() => parseKillsArguments(argv)).toThrow(UsageError);
});
