import { expect, test } from "vitest";
import { selfEntry } from "./self-entry.ts";

test("a caller in sources starts sources, by the loader and the source condition", () => {
  const entry = selfEntry("./sandbox/child", import.meta.url);
  expect(entry.path.endsWith("/src/sandbox/child.ts")).toBe(true);
  expect(entry.execArgv.slice(0, 2)).toEqual(["--conditions=source", "--import"]);
});

test("a caller in the build starts the build, by nothing else", () => {
  expect(selfEntry("./child", "file:///app/node/dist/sandbox/process.js")).toEqual({
    path: "/app/node/dist/sandbox/child.js",
    execArgv: [],
  });
});
