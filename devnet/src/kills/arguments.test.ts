import { expect, test } from "vitest";
import { UsageError } from "../start/usage-error.ts";
import { parseKillsArguments } from "./arguments.ts";

test("left out, a run has at least fifty kills and at most six minutes", () => {
  const { kills, seconds, sabotage } = parseKillsArguments([]);
  expect({ kills, sabotage }).toEqual({ kills: 50, sabotage: null });
  expect(seconds).toBeLessThan(360);
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
