import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { computeGolden, type Golden, goldenScenarios } from "./golden.testing.ts";

const folder = new URL("../../vectors/transcripts/", import.meta.url);
const files = readdirSync(folder);

test.each(files)("%s gives the same transcript for ever", (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Golden;
  expect(computeGolden(golden)).toEqual(golden);
});

test("every scenario has its file", () => {
  for (const name of Object.keys(goldenScenarios())) expect(files).toContain(`${name}.json`);
});
