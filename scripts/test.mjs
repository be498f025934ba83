// Runs every gate of the project, cheapest first, and counts. A failed gate does not stop the next.
// `npm test -- unit arch` runs the named gates only. The last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), "deed-test-"));
const gateLimitMs = 30 * 60_000;
const MODEL_TOOL_MISSING = 2;
const NO_NEWEST_NODE = 2;

// What may differ between versions of Node: what is hashed, how runs are contained, what goes over TLS, native code.
const newestNodeTests = [
  "protocol/",
  ...["sandbox", "scripts", "peers", "store"].map((name) => `node/src/${name}/`),
];

const gates = [
  { name: "lint", run: () => check("lint") },
  { name: "types", run: () => check("types") },
  { name: "abi", run: () => check("check-abi", ["--workspace", "@deed/contracts"]) },
  { name: "arch", run: () => check("arch") },
  { name: "deadcode", run: () => check("deadcode") },
  { name: "unit", run: () => vitest("unit") },
  { name: "newest", run: newestNode },
  { name: "contracts", run: forge },
  { name: "model", run: model },
  { name: "e2e", run: () => vitest("e2e") },
].filter(({ name }) => name !== "e2e" || hasEndToEndTests());

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !gates.some((gate) => gate.name === name));
if (unknown.length > 0) {
  console.error(
    `no such gate: ${unknown.join(", ")}; there are ${gates.map((g) => g.name).join(", ")}`,
  );
  process.exit(2);
}

const rows = [];
for (const gate of gates) {
  if (asked.length > 0 && !asked.includes(gate.name)) continue;
  console.log(`\n── ${gate.name} ${"─".repeat(60 - gate.name.length)}`);
  const startedMs = performance.now();
  const result = await gate.run();
  rows.push({ name: gate.name, ...result, seconds: (performance.now() - startedMs) / 1000 });
}
rmSync(scratch, { recursive: true, force: true });
report(rows);

function hasEndToEndTests() {
  const files = (folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true }) : [];
  return ["devnet/src", "cli/src"].flatMap(files).some((file) => file.endsWith(".e2e.test.ts"));
}

/** A gate that is right or wrong as a whole counts as one test. */
async function check(script, options = []) {
  const { ok } = await npm(["run", script, ...options]);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] };
}

async function vitest(project) {
  const file = join(scratch, `${project}.json`);
  const { ok } = await npm(["exec", "--", "vitest", ...vitestArgs(project, file)]);
  return settle(ok, countVitest(file));
}

function vitestArgs(project, file) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  return ["run", "--project", project, ...reporters];
}

/** The tests above under the newest Node that npm offers. Left out only where there is none, or outside of CI without npm. */
async function newestNode() {
  const found = await run(process.execPath, ["scripts/newest-node.mjs"]);
  const here = found.exitCode === NO_NEWEST_NODE ? "x86-64 Linux" : "npm ci in scripts/newest-node";
  if (!found.ok && (found.exitCode === NO_NEWEST_NODE || process.env.CI !== "true")) {
    return { passed: 0, failed: 0, skipped: [`the newest Node: needs ${here}`] };
  }
  if (!found.ok) return { passed: 0, failed: 1, skipped: [] };
  const file = join(scratch, "newest.json");
  const args = ["node_modules/vitest/vitest.mjs", ...vitestArgs("unit", file), ...newestNodeTests];
  const program = found.text.trim().split("\n").at(-1);
  const { ok } = await run(program, args, { DEED_OTHER_NODE: process.execPath });
  return settle(ok, countVitest(file));
}

function countVitest(file) {
  try {
    const json = JSON.parse(readFileSync(file, "utf8"));
    const cases = json.testResults.flatMap((suite) => suite.assertionResults);
    const having = (...states) => cases.filter(({ status }) => states.includes(status));
    return {
      passed: having("passed").length,
      failed: having("failed").length,
      skipped: having("skipped", "pending", "todo", "disabled").map(({ fullName }) => fullName),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}

async function forge() {
  const { ok, text } = await npm(["test", "--workspace", "@deed/contracts"]);
  const total = /(\d+) tests? passed, (\d+) failed, (\d+) skipped/g;
  const [, passed, failed, skipped] = [...text.matchAll(total)].at(-1) ?? [0, 0, 0, 0];
  const names = Array.from({ length: Number(skipped) }, (_, i) => `contract test ${i + 1}`);
  return settle(ok, { passed: Number(passed), failed: Number(failed), skipped: names });
}

/** The Spin models: as expected, or not. Without the tools they are named as not run. */
async function model() {
  const { ok, exitCode } = await npm(["run", "model"]);
  if (exitCode === MODEL_TOOL_MISSING) {
    return { passed: 0, failed: 0, skipped: ["models: apt-get install spin gcc"] };
  }
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] };
}

/** A runner that broke, or that found no tests, is a failure even if no test failed. */
function settle(ok, counts) {
  const silent = counts.failed === 0 && (!ok || counts.passed + counts.skipped.length === 0);
  return silent ? { ...counts, failed: 1 } : counts;
}

function npm(args) {
  return run("npm", ["--silent", ...args]);
}

function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const chunks = [];
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on("data", (chunk) => {
        chunks.push(chunk);
        target.write(chunk);
      });
    }
    const stop = () => process.kill(-child.pid, "SIGKILL");
    const limit = setTimeout(() => {
      console.error(`stopped after ${gateLimitMs / 60_000} minutes`);
      stop();
    }, gateLimitMs);
    const interrupted = () => {
      stop();
      process.exit(130);
    };
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
    child.on("error", (error) => console.error(error.message));
    child.on("close", (code) => {
      clearTimeout(limit);
      process.removeListener("SIGINT", interrupted).removeListener("SIGTERM", interrupted);
      const text = stripVTControlCharacters(Buffer.concat(chunks).toString("utf8"));
      resolve({ ok: code === 0, exitCode: code, text });
    });
  });
}

function report(results) {
  const cells = (row) =>
    [
      row.name.padEnd(10),
      String(row.passed).padStart(7),
      String(row.failed).padStart(7),
      String(row.skipped.length).padStart(8),
      row.seconds.toFixed(1).padStart(8),
    ].join("");
  console.log(`\n${"gate".padEnd(10)} passed failed skipped seconds`);
  for (const row of results) console.log(cells(row));
  const skipped = results.flatMap((row) => row.skipped.map((name) => `${row.name}: ${name}`));
  if (skipped.length > 0) console.log(`\nskipped:\n  ${skipped.join("\n  ")}`);

  const sum = (key) => results.reduce((total, row) => total + row[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  if (sum("failed") > 0 || results.length === 0) process.exitCode = 1;
}
