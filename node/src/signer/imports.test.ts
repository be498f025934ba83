import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Modules that a file loads when it runs, not those of which it only uses types.
const LOADED = /^(?:import|export) (?!type )[^;]*?from "([^"]+)";|^import "([^"]+)";/gms;

/** Packages that a module loads, through whatever file of this package. */
function packagesOf(path: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(path)) return packages;
  seen.add(path);
  for (const [, from, bare] of readFileSync(path, "utf8").matchAll(LOADED)) {
    const name = from ?? bare ?? "";
    if (!name.startsWith(".")) packages.add(name);
    else for (const inner of packagesOf(join(dirname(path), name), seen)) packages.add(inner);
  }
  return packages;
}

test("the signer loads nothing that is big or that it does not need", () => {
  const packages = [...packagesOf(fileURLToPath(new URL("./main.ts", import.meta.url)))];
  const outside = packages.filter((name) => !name.startsWith("node:"));
  expect(outside.sort()).toEqual(["@deed/protocol/encoding", "@noble/curves/secp256k1.js"]);
});
