import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testScripts } from "../runtime/script/script.testing.ts";
import { divergences } from "./divergence.testing.ts";

// The same computed in other processes: whatever surrounds one may not show in what is hashed.

interface Surroundings {
  readonly env?: { readonly [name: string]: string };
  readonly flags?: readonly string[];
  readonly program?: string;
}

const PLACES: { readonly [name: string]: Surroundings } = {
  "a Turkish place in the first time zone": {
    env: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Kiritimati" },
  },
  "a Swedish place in a zone of half hours": {
    env: { LC_ALL: "sv_SE.UTF-8", LANGUAGE: "sv", TZ: "America/St_Johns" },
  },
  "an Arabic place": { env: { LC_ALL: "ar_EG.UTF-8", TZ: "Africa/Cairo" } },
  "no place, and another seed for hashes": {
    env: { LC_ALL: "C" },
    flags: ["--hash-seed=1", "--random-seed=1"],
  },
  "yet another seed, and a large stack": {
    flags: ["--hash-seed=987654321", "--random-seed=424242", "--stack-size=3900"],
  },
  "a young compiler": { flags: ["--no-sparkplug", "--liftoff-only"] },
  "an old compiler": {
    flags: ["--always-sparkplug", "--no-liftoff", "--no-lazy-feedback-allocation"],
  },
  "an eager collector and another engine of regular expressions": {
    flags: ["--max-semi-space-size=1", "--single-threaded-gc", "--regexp-interpret-all"],
  },
};

// The gate `newest` runs this under the newest Node, and names the one that it was started with.
const other = process.env["DEED_OTHER_NODE"];
const others: { readonly [name: string]: Surroundings } =
  other === undefined
    ? {}
    : {
        "another version of Node": { program: other },
        "another version elsewhere": {
          program: other,
          env: { LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" },
          flags: ["--hash-seed=7", "--stack-size=2000"],
        },
      };

const folder = mkdtempSync(join(tmpdir(), "deed-divergence-"));
const code = join(folder, "divergence.cjs");
const here = divergences(testScripts());

beforeAll(async () => {
  await build({
    stdin: {
      contents: `
        import { readFileSync } from "node:fs";
        import { divergences } from "./divergence.testing.ts";
        import { openScriptEngine } from "../runtime/script/script-engine.ts";
        const scripts = process.argv[2] === undefined ? null : openScriptEngine(readFileSync(process.argv[2]));
        console.log(JSON.stringify(divergences(scripts)));`,
      resolveDir: fileURLToPath(new URL("./", import.meta.url)),
      loader: "ts",
    },
    outfile: code,
    bundle: true,
    format: "cjs",
    platform: "node",
    conditions: ["source"],
    target: "es2022",
    logLevel: "error",
  });
}, 30_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a process in such surroundings computes. */
async function computedIn(
  { env = {}, flags = [], program = process.execPath }: Surroundings,
  module: string | null = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"),
): Promise<{ readonly [name: string]: string }> {
  const args = [...flags, code, ...(module === null ? [] : [module])];
  const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

test.concurrent.each(Object.entries({ ...PLACES, ...others }))(
  "%s does not show",
  async (_, surroundings) => {
    expect(await computedIn(surroundings)).toEqual(here);
  },
  120_000,
);

test("nor does an engine that compiles nothing, which has no scripts", async () => {
  expect(await computedIn({ flags: ["--jitless"] }, null)).toEqual(divergences(null));
}, 120_000);

test("a small stack does not show in what has no scripts; those have no outcome there, and never another", async () => {
  expect(await computedIn({ flags: ["--stack-size=400"] }, null)).toEqual(divergences(null));
  await expect(computedIn({ flags: ["--stack-size=400"] })).rejects.toThrow("SCRIPT_UNAVAILABLE");
}, 120_000);

test("the places are real ones: what is not used does differ there", async () => {
  const print =
    "console.log([new Date(0).getHours(), ['ı','i','z','ä'].sort((a, b) => a.localeCompare(b)).join(''), (0.5).toLocaleString()].join())";
  const shown = async ({ env = {} }: Surroundings) =>
    (await promisify(execFile)(process.execPath, ["-e", print], { env })).stdout;
  const all = await Promise.all(Object.values(PLACES).slice(0, 4).map(shown));
  expect(new Set(all).size).toBe(4);
});

describe("here", () => {
  test("every outcome is a value or a code, never an end of the host's stack", () => {
    const without = Object.entries(here).filter(([, text]) => text.includes("not an outcome"));
    expect(without).toEqual([]);
  });

  test("the order in which names were written does not show", () => {
    expect(here["write and in another"]).toBe(here["write integer-like names in an order"]);
  });

  test("no script saw a clock, a place or chance", () => {
    const times = JSON.parse(here["script times"]!).value as readonly string[];
    expect(times.filter((text) => !/^(TypeError|ReferenceError|SyntaxError): /.test(text))).toEqual(
      [],
    );
  });
});

test("the corpus is the one that the files of vectors are made of", () => {
  expect(Object.keys(here).length).toBeGreaterThan(120);
  expect(readFileSync(code, "utf8").length).toBeGreaterThan(100_000);
});
