import { expect, test } from "vitest";
import { parseSoakArguments } from "./arguments.ts";
import { isWithin } from "./compare.ts";
import { KINDS } from "./kinds.ts";
import { pickKinds } from "./pick-kinds.ts";

const change = (first: number, last: number) => isWithin({ what: "descriptors", first, last });

test("a figure may be at most 5 % above the first, and what was not there may not come", () => {
  expect([change(100, 105), change(100, 80), change(0, 0)]).toEqual([true, true, true]);
  expect([change(100, 106), change(19, 20), change(0, 1)]).toEqual([false, false, false]);
});

test("each kind of run comes, and a seed gives the same ones again", () => {
  expect(KINDS.reduce((sum, { perThousand }) => sum + perThousand, 0)).toBe(1_000);
  const names = (seed: number) => pickKinds(seed, 60, KINDS).map(({ name }) => name);
  expect(new Set(names(1)).size).toBe(KINDS.length);
  expect(names(1)).toEqual(names(1));
  expect(names(1)).not.toEqual(names(2));
});

test("the command line is read, and what it does not know is refused", () => {
  expect(parseSoakArguments(["--adapter", "process", "--runs", "40"])).toMatchObject({
    ...{ adapters: ["process"], runs: 40, concurrency: 4, seed: 1, isShort: false },
  });
  expect(parseSoakArguments([]).adapters).toEqual(["zygote", "bubblewrap", "process"]);
  for (const wrong of [["--adapter", "x"], ["--runs", "9"], ["--concurrency", "0"], ["--y"]]) {
    expect(() => parseSoakArguments(wrong)).toThrow("USAGE");
  }
});
