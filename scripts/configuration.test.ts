import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// docs/operate/configuration.md has a row for each field of a node's configuration, and no others.

const root = join(import.meta.dirname, "..");
const READ =
  /\b(fields|section|files)\.(?:has|raw|text|texts|choice|count|flag|entries|section)\(\s*"(\w+)"/g;
const LISTENERS = ["api", "metrics"];

test("docs/operate/configuration.md explains every field of the configuration", () => {
  const page = readFileSync(join(root, "docs/operate/configuration.md"), "utf8");
  const explained = [...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name ?? "");
  // Sections share names such as `kind`; the last part is what the source reads.
  const parts = new Set(explained.flatMap((name) => name.split(".")));
  const files = ["broker", "keys", "links", "sandbox"].map((part) => `config-${part}.ts`);
  const source = ["config.ts", ...files]
    .map((file) => readFileSync(join(root, "node/src", file), "utf8"))
    .join("\n");
  const read = [...source.matchAll(READ)].map(([, , name]) => name ?? "");
  expect(new Set([...read, ...LISTENERS])).toEqual(parts);
});
