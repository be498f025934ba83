import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { allVectors, vectorText } from "./vectors.testing.ts";

const folder = new URL("../../vectors/", import.meta.url);

test.each(Object.entries(allVectors()))("%s.json holds what this code computes", (name, cases) => {
  expect(readFileSync(new URL(`${name}.json`, folder), "utf8")).toBe(vectorText(cases));
});

test("there is no other file of vectors", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  expect(files.sort()).toEqual(
    Object.keys(allVectors())
      .map((name) => `${name}.json`)
      .sort(),
  );
});
