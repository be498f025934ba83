import { expect, test } from "vitest";
import { limitsWithin } from "./limits-within.ts";

const operator = {
  ...{ outputBytes: 1_000_000, effects: 100, effectBytes: 200_000, memoryMb: 96, cpuSec: 60 },
};
const { memoryMb: _memory, cpuSec: _cpu, ...usual } = operator;

test("an intent that asks for nothing gets what its operator allows", () => {
  expect(limitsWithin(operator, {})).toEqual(usual);
});

test("an intent lowers limits and never raises them", () => {
  const low = { memoryMb: 32, cpuSec: 5, effects: 3, effectBytes: 70_000, outputBytes: 80_000 };
  expect(limitsWithin(operator, low)).toEqual(low);
  const high = { memoryMb: 4096, cpuSec: 600, effects: 101, effectBytes: 1e9, outputBytes: 1e9 };
  expect(limitsWithin(operator, high)).toEqual(usual);
});
