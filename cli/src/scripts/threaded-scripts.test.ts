import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openScriptEngine } from "@deed/protocol/runtime";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ThreadedScripts } from "./threaded-scripts.ts";

const folder = mkdtempSync(join(tmpdir(), "deed-threaded-"));
const threadPath = join(folder, "thread.mjs");
const module = readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("./thread/main.ts", import.meta.url))],
    outfile: threadPath,
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["source"],
    logLevel: "error",
  });
}, 30_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a thread gives what the engine gives, one script after the other", () => {
  const threaded = new ThreadedScripts({ module, threadPath, longestMs: 30_000 });
  const here = openScriptEngine(module);
  for (const source of [
    "return input + 1;",
    "throw new Error('no');",
    "const go = () => go(); go();",
    "return (",
  ]) {
    expect(threaded.run(source, "41")).toEqual(here.run(source, "41"));
  }
});

test.each([
  ["a loop", "for (;;);"],
  ["a single operation", "return /(?:(?:a*)*)*b/.test('a'.repeat(40));"],
])(
  "%s without an end has no outcome, and the next script runs all the same",
  (_, source) => {
    const short = { module, threadPath, longestMs: 1_500 };
    const threaded = new ThreadedScripts(short);
    expect(() => threaded.run(source, "null")).toThrow("SCRIPT_UNAVAILABLE");
    // On a busy machine its new thread may not have started by then.
    const patient = new ThreadedScripts({ ...short, longestMs: 30_000 });
    expect(patient.run("return 1;", "null")).toEqual({ ok: true, value: 1 });
  },
  60_000,
);

test("a thread that cannot run scripts says why", () => {
  const threaded = new ThreadedScripts({
    module: module.subarray(8),
    threadPath,
    longestMs: 30_000,
  });
  expect(() => threaded.run("return 1;", "null")).toThrow("another module");
});
