import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";

const numbers = (seed: number, user: string): readonly number[] => {
  const random = seededRandom(seed, user);
  return Array.from({ length: 20 }, () => random.whole(1, 1000));
};

test("a seed gives one user the same numbers, and another user or seed others", () => {
  expect(numbers(1, "nodes")).toEqual(numbers(1, "nodes"));
  expect(numbers(1, "chain")).not.toEqual(numbers(1, "nodes"));
  expect(numbers(2, "nodes")).not.toEqual(numbers(1, "nodes"));
});

test("whole numbers lie inside their bounds, both included", () => {
  const random = seededRandom(7, "bounds");
  const found = new Set(Array.from({ length: 500 }, () => random.whole(3, 6)));
  expect([...found].sort()).toEqual([3, 4, 5, 6]);
});

test("there is nothing to pick from an empty list", () => {
  expect(() => seededRandom(1, "").pick([])).toThrow(RangeError);
});
