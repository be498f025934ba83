import { expect, test } from "vitest";
import { afterMiss } from "./after-miss.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = 500 * HOUR_MS + 1_234;
const AGAIN_MS = NOW_MS + 250;
const AGAIN = { state: "due", nextRankAtMs: AGAIN_MS };
const LIMITS = {
  remaining: 9,
  revoked: false,
  validUntilSec: 1,
  perHour: 2,
  hour: 500,
  hourCount: 2,
};

test.each([
  ["nothing is left", { remaining: 0 }, { state: "missed", reason: "USED_UP" }],
  ["the hour is used up", {}, { state: "due", nextRankAtMs: 501 * HOUR_MS }],
  ["the hour has one left", { hourCount: 1 }, AGAIN],
  ["what was used up was another hour", { hour: 499 }, AGAIN],
  ["there is no hourly limit", { perHour: 0, hourCount: 0 }, AGAIN],
])("when %s", (_, changes, expected) => {
  expect(afterMiss({ ...LIMITS, ...changes }, NOW_MS, AGAIN_MS)).toEqual(expected);
});

test("when nobody can say, it is tried again", () => {
  expect(afterMiss(null, NOW_MS, AGAIN_MS)).toEqual(AGAIN);
});
