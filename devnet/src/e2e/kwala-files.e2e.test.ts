import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf } from "../kwala/report.ts";
import { runKwalaFiles } from "./kwala-files.testing.ts";

// Every Kwala file that compiles runs in a network as it is written: `npm run kwala`.

const TEST_MS = 400_000;
const examples = join(import.meta.dirname, "../../../docs/examples/kwala");

// Files that people published are not part of this project: DEED_KWALA_FILES names a folder of them.
const published =
  process.env["DEED_KWALA_FILES"] ??
  join(import.meta.dirname, "../../../../shared/kwala-workflows");

test("each example runs, whatever starts it", { timeout: TEST_MS }, async () => {
  const { exitCode, table } = await runKwalaFiles("--files", examples, "--first");
  console.log(linesOf(table.rows).join("\n"));
  expect(table.rows.filter(({ result }) => result !== "ran")).toEqual([]);
  expect(table).toMatchObject({ ran: table.files, failed: 0, refused: 0 });
  expect(exitCode).toBe(0);
});

describe.skipIf(!existsSync(published))(
  "published files (a folder of them is not part of the project: DEED_KWALA_FILES names one)",
  () => {
    test("each that compiles runs as it is written, repeats included", {
      timeout: TEST_MS,
    }, async () => {
      const { exitCode, table } = await runKwalaFiles("--files", published, "--fill");
      console.log(linesOf(table.rows).join("\n"));
      expect(table.rows.filter(({ result }) => result === "failed")).toEqual([]);
      for (const row of table.rows.filter(({ result }) => result === "not registered")) {
        expect(row.detail).toMatch(/^DEED_(DYNAMIC_ARGUMENT|OTHER_CHAIN): /);
      }
      expect(table.ran).toBeGreaterThan(0);
      expect(exitCode).toBe(0);
    });
  },
);
