import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

test("every code of the ledger access is explained", () => {
  const page = readFileSync(join(here, "../../../docs/errors.md"), "utf8");
  const codes = readdirSync(here)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .flatMap((name) => [...readFileSync(join(here, name), "utf8").matchAll(/code: "([A-Z_]+)"/g)])
    .map(([, code]) => code!);
  expect(new Set(codes).size).toBeGreaterThan(5);
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
