// `npm run demo`: a whole network that runs workflows, is audited offline, and ends by itself.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../start/usage-error.ts";
import { DEMO_USAGE, type DemoArguments, parseDemoArguments } from "./arguments.ts";
import type { DemoResult } from "./demo-result.ts";
import { runDemo } from "./run-demo.ts";

const EXIT_NOT_PROVEN = 4;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const LIMIT_MS = 180_000;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const given = parseDemoArguments(process.argv.slice(2));
  process.exitCode = given.help ? usage() : await demonstrate(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

function usage(): number {
  process.stdout.write(DEMO_USAGE);
  return 0;
}

async function demonstrate({ tamper, json, keep, out }: DemoArguments): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "deed-demo-"));
  try {
    const result = await runDemo(
      { directory, tamper, out: out === null ? null : resolve(out), limitMs: LIMIT_MS },
      {
        signal: stop.signal,
        nowMs: () => Date.now(),
        elapsedMs: () => performance.now(),
        onProgress: (message) => say(`${(performance.now() / 1000).toFixed(1)} s  ${message}`),
      },
    );
    print(result, json);
    return isProven(result, tamper) ? 0 : EXIT_NOT_PROVEN;
  } finally {
    if (keep) say(`Kept in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

function isProven(result: DemoResult, tamper: string | null): boolean {
  if (!result.auditOk) return false;
  const others = result.executions - result.faults;
  if (result.verified !== others) return false;
  return tamper === null ? result.faults === 0 : result.faults > 0;
}

function print(result: DemoResult, json: boolean): void {
  for (const missing of result.missing ?? []) say(`Missing: ${missing}`);
  const { missing: _, ...line } = result;
  if (json) {
    process.stdout.write(`${JSON.stringify(result.missing === undefined ? line : result)}\n`);
    return;
  }
  const lie =
    line.fault === undefined
      ? ""
      : `, ${line.faults} lies found (${line.fault} at leaf ${line.leaf})`;
  const audit = line.auditOk ? "the offline audit agrees" : "NOT PROVEN";
  process.stdout.write(
    `${line.verified} of ${line.executions} executions verified${lie}; ${audit}; ${line.seconds} s\n`,
  );
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
