import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testScripts } from "../runtime/script/script.testing.ts";
import { computeGolden, type Golden, goldenScenarios } from "./golden.testing.ts";

const scripts = testScripts();
const folder = new URL("../../vectors/transcripts/", import.meta.url);
const files = readdirSync(folder);

test.each(files)("%s gives the same transcript for ever", (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Golden;
  expect(computeGolden(golden, scripts)).toEqual(golden);
});

test("every scenario has its file", () => {
  for (const name of Object.keys(goldenScenarios(scripts))) expect(files).toContain(`${name}.json`);
});
