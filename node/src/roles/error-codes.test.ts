import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const FOLDERS = ["watch", "beacon", "verify", "dispute", "../judge", "../chain-events"];

test("every code of the roles and of the judge is explained", () => {
  const page = readFileSync(join(here, "../../../docs/errors.md"), "utf8");
  const codes = FOLDERS.flatMap((folder) => codesIn(join(here, folder)));
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

function codesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(name))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), "utf8");
      const written = [...source.matchAll(/\bcode: "([A-Z_]+)"/g)];
      const unable = [...source.matchAll(/unable\("([A-Z_]+)"/g)];
      return [...written, ...unable].map(([, code]) => code!);
    });
}
