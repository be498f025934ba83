import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// docs/errors.md explains every error code of the sources, and none that is gone; a test names each of them.

const root = join(import.meta.dirname, "..");

/** Where codes come from, by package. */
const FOLDERS = {
  contracts: ["contracts/artifact.ts", "contracts/src"],
  protocol: ["protocol/src"],
  sdk: ["sdk/src"],
  node: ["node/src"],
  cli: ["cli/src"],
  devnet: ["devnet/src"],
} as const;

const TESTED = [
  "contracts/artifact.test.ts",
  "contracts/test",
  "protocol/src",
  "sdk/src",
  "node/src",
  "cli/src",
  "devnet/src",
];

const CODE = String.raw`\|?\s*"[A-Z][A-Z0-9_]*"\s*`;
/** `code: "A" | "B"` in types and in what is thrown. */
const AS_FIELD = new RegExp(String.raw`\bcode:\s*((?:${CODE})+)`, "g");
/** `type RefusalCode = "A" | "B"`. */
const AS_UNION = new RegExp(String.raw`type \w*Code =\s*((?:${CODE})+)`, "g");
/** Tables by code: `DIAGNOSTIC_CODES = { DEED_X: … }`. */
const AS_TABLE = /const \w+_(?:CODES|ERRORS|ERROR_STATUS)\b[^=]*= \{([\s\S]*?)^\}/gm;
const TABLE_KEY = /^ {2}([A-Z][A-Z0-9_]+):/gm;
const AS_SOLIDITY = /^\s*error (\w+)\(/gm;
const ROW = /^\| `(\w+)` \|/gm;

for (const name of Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]) {
  test(`docs/errors.md explains the codes of @deed/${name} and no others`, () => {
    const explained = rowsOf(name);
    // Every package may answer with the protocol's codes.
    const known = new Set([...explained, ...rowsOf("protocol")]);
    const codes = codesOf(name);
    expect({
      missing: [...codes].filter((code) => !known.has(code)).sort(),
      stale: [...explained].filter((code) => !codes.has(code)).sort(),
    }).toEqual({ missing: [], stale: [] });
  });
}

test("a test names every code that docs/errors.md explains", () => {
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const codes = new Set(capturesOf(page, ROW));
  expect(codes.size).toBeGreaterThan(300);
  expect(unnamed(codes)).toEqual([]);
  expect(unnamed(["CLI_USAGE", "NO_TEST_NAMES_THIS"])).toEqual(["NO_TEST_NAMES_THIS"]);
});

/** Those that no test names. A fixture proves nothing, nor does this file; a table of cases is a test's. */
function unnamed(codes: Iterable<string>): readonly string[] {
  const texts = TESTED.flatMap(testsAt).map((path) => readFileSync(path, "utf8"));
  const words = new Set(texts.flatMap((text) => text.match(/\w+/g) ?? []));
  return [...codes].filter((code) => !words.has(code)).sort();
}

/** First cells of the tables in the sections whose headings name the package. */
function rowsOf(name: string): ReadonlySet<string> {
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const sections = page.split(/^## /m).filter((text) => {
    const heading = text.slice(0, text.indexOf("\n"));
    return heading.includes(`\`@deed/${name}\``);
  });
  return new Set(sections.flatMap((text) => capturesOf(text, ROW)));
}

function codesOf(name: keyof typeof FOLDERS): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const path of FOLDERS[name].flatMap(filesAt)) {
    const text = readFileSync(path, "utf8");
    const found = path.endsWith(".sol") ? capturesOf(text, AS_SOLIDITY) : codesIn(text);
    for (const code of found) codes.add(code);
  }
  return codes;
}

function codesIn(text: string): readonly string[] {
  const unions = [AS_FIELD, AS_UNION].flatMap((shape) => capturesOf(text, shape));
  const named = unions.flatMap((union) => capturesOf(union, /"(\w+)"/g));
  const keys = capturesOf(text, AS_TABLE).flatMap((table) => capturesOf(table, TABLE_KEY));
  return [...named, ...keys];
}

function capturesOf(text: string, shape: RegExp): readonly string[] {
  return [...text.matchAll(shape)].map((match) => match[1] ?? "");
}

function filesAt(path: string): readonly string[] {
  const full = join(root, path);
  if (path.endsWith(".ts")) return [full];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|sol)$/.test(file) && !/\.(test|testing)\.ts$|^samples\//.test(file))
    .map((file) => join(full, file));
}

function testsAt(path: string): readonly string[] {
  const full = join(root, path);
  if (path.endsWith(".ts")) return [full];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((file) => /(\.test\.ts|-cases\.testing\.ts|\.t\.sol)$/.test(file))
    .map((file) => join(full, file));
}
