import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { help, parseArguments } from "./arguments.ts";
import { tableOf } from "./report.ts";
import { BenchError, type Figure, type Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { runRows } from "./run-rows.ts";

const figure: Figure = {
  ...{ what: "calls", value: 5, unit: "1/s", p50: 1, p99: 2, batchSize: null, samples: 10 },
  goal: { atLeast: 4 },
};

function rowOf(name: string, run: Row["run"]): Row {
  return { name, about: `about ${name}`, defaultSeconds: 7, run };
}

async function linesOf(rows: readonly Row[], seconds: number | null = null) {
  const { signal } = new AbortController();
  const lines = await runRows(rows, { seconds }, { signal, onLine: () => {}, say: () => {} });
  return lines;
}

test("a row's figures come as lines with goal, machine and load", async () => {
  const [line] = await linesOf([rowOf("a", async () => [figure])]);
  expect(line).toMatchObject({ row: "a", value: 5, met: true, seconds: 7 });
  expect(line).toMatchObject({ cores: expect.any(Number), node: process.versions.node });
  expect(line?.load).toHaveLength(2);
});

test("a row that cannot run says why and is no failure; one that breaks is", async () => {
  const lines = await linesOf([
    rowOf("a", async () => {
      throw new BenchError({ code: "CANNOT_RUN", reason: "no /proc here" });
    }),
    rowOf("b", async () => {
      throw new TypeError("broken");
    }),
    rowOf("c", async () => [figure]),
  ]);
  expect(lines).toMatchObject([
    { row: "a", error: { code: "CANNOT_RUN", reason: "no /proc here" }, unexpected: false },
    { row: "b", error: { code: "ROW_FAILED", reason: "broken" }, unexpected: true },
    { row: "c", value: 5 },
  ]);
  expect(tableOf(lines)).toContain("CANNOT_RUN: no /proc here");
});

test("a row has a folder of its own, which goes with it", async () => {
  const folders: string[] = [];
  const row = rowOf("a", async ({ directory, seconds }) => {
    expect(existsSync(directory)).toBe(true);
    folders.push(directory);
    return [{ ...figure, value: seconds }];
  });
  expect(await linesOf([row, row], 2)).toMatchObject([{ value: 2 }, { value: 2 }]);
  expect(new Set(folders).size).toBe(2);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test("an interrupt ends the present row and begins no other", async () => {
  const stop = new AbortController();
  const interrupted = new BenchError({ code: "CANNOT_RUN", reason: "interrupted" });
  const waiting = rowOf("a", ({ signal }) => {
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
    stop.abort(interrupted);
    return ended;
  });
  const parts = { signal: stop.signal, onLine: () => {}, say: () => {} };
  const lines = await runRows([waiting, waiting], { seconds: 1 }, parts);
  expect(lines).toMatchObject([{ row: "a", error: { reason: "interrupted" }, unexpected: false }]);
});

test("the command line names rows and seconds, and nothing else", () => {
  const names = (args: readonly string[]) => {
    const wishes = parseArguments(args, ROWS);
    return wishes.kind === "run" ? wishes.rows.map(({ name }) => name) : [];
  };
  expect(names([])).toEqual(ROWS.map(({ name }) => name));
  expect(names(["chain", "--json", "--seconds", "2"])).toEqual(["chain"]);
  expect(() => parseArguments(["speed"], ROWS)).toThrow(/no such row: speed/);
  expect(() => parseArguments(["--seconds", "0"], ROWS)).toThrow(/--seconds/);
  expect(() => parseArguments(["--fast"], ROWS)).toThrow(BenchError);
  expect(help(ROWS)).toContain("throughput");
});
