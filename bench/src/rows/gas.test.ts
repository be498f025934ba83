import { expect, test } from "vitest";
import { exitCodeOf } from "../exit-code.ts";
import { errorLine, lineOf } from "../report.ts";
import { figuresOf, type Layout } from "./gas.ts";

const LAYOUTS: readonly Layout[] = [1, 16, 256].map((size) => ({
  ...{ kind: "interval", distinct: false, size },
}));
const MEASURED = { row: "gas", load: [0, 0], seconds: 1 } as const;

async function linesWithTimeFor(layouts: number, gasOfOne = 1_000) {
  const said: string[] = [];
  let measured = 0;
  const figures = await figuresOf(LAYOUTS, {
    hasTime: () => measured < layouts,
    measure: async ({ size }) => {
      measured += 1;
      return { claim: gasOfOne * size, record: 0, close: 0, finalise: 0 };
    },
    signal: new AbortController().signal,
    say: (message) => said.push(message),
  });
  return { lines: figures.map((figure) => lineOf(MEASURED, figure)), said };
}

test("all layouts measured and within their goals is a success", async () => {
  const { lines, said } = await linesWithTimeFor(3);
  expect(lines.map(({ row }) => row)).toEqual(["gas", "gas", "gas"]);
  expect([exitCodeOf(lines, true), said]).toEqual([0, []]);
});

test("a layout that was left out is a line without a value, and fails what is asserted", async () => {
  const { lines, said } = await linesWithTimeFor(2);
  expect(lines.at(-1)).toMatchObject({ value: null, held: null, detail: { leftOut: "no time" } });
  expect(said).toEqual(["1 layouts left out: no time"]);
  expect([exitCodeOf(lines, true), exitCodeOf(lines, false)]).toEqual([4, 0]);
});

test("a missed goal, a row without figures and no row at all fail what is asserted", async () => {
  const { lines } = await linesWithTimeFor(3, 500_000);
  expect([exitCodeOf(lines, true), exitCodeOf(lines, false)]).toEqual([4, 0]);
  const expected = errorLine(MEASURED, { code: "CANNOT_RUN" }, false);
  expect([exitCodeOf([expected], true), exitCodeOf([expected], false)]).toEqual([4, 0]);
  expect(exitCodeOf([], true)).toBe(4);
  const unexpected = errorLine(MEASURED, { code: "ROW_FAILED" }, true);
  expect([exitCodeOf([unexpected], true), exitCodeOf([unexpected], false)]).toEqual([1, 1]);
});
