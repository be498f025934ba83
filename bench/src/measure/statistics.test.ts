import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentile, perSecond, rounded, summary } from "./statistics.ts";

describe("percentile", () => {
  test("is a value of the series, by nearest rank", () => {
    const values = [15, 20, 35, 40, 50];
    expect([5, 30, 40, 50, 100].map((percent) => percentile(values, percent))).toEqual([
      15, 20, 20, 35, 50,
    ]);
  });

  test("of one value is that value, of none is unknown", () => {
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNull();
  });

  test("leaves the series as it was", () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });

  test("is not exceeded by at least its share of the values", () => {
    const series = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = percentile(values, percent) ?? Number.NaN;
        const within = values.filter((value) => value <= found).length;
        expect(values).toContain(found);
        expect(within * 100).toBeGreaterThanOrEqual(percent * values.length);
      }),
    );
  });
});

test("a summary of nothing says nothing", () => {
  expect(summary([])).toEqual({ samples: 0, mean: null, p50: null, p99: null });
  expect(summary([1, 2, 3, 4])).toEqual({ samples: 4, mean: 2.5, p50: 2, p99: 4 });
});

test("a rate needs time", () => {
  expect(perSecond(327, 1000)).toBe(327);
  expect(perSecond(1, 4)).toBe(250);
  expect(perSecond(1, 0)).toBeNull();
});

test("rounding keeps three digits and every whole one", () => {
  expect([1234.56, 0.012345, 9.999, 0, null].map((value) => rounded(value))).toEqual([
    1235,
    0.0123,
    10,
    0,
    null,
  ]);
});
