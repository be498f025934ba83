// `npm run mutate`: random changes of exported runs, each of which an audit must catch.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExportedRun } from "@deed/protocol/bundle";
import { UsageError } from "../start/usage-error.ts";
import { MUTATE_USAGE, type MutateArguments, parseMutateArguments } from "./arguments.ts";
import { exportRuns } from "./export-runs.ts";
import { isProven, linesOf, tableOf } from "./report.ts";
import { type NamedRun, openSubject } from "./subject.ts";
import { runSuite } from "./suite.ts";

const EXIT_MISSED = 1;
const EXIT_USAGE = 2;
const NETWORK_LIMIT_MS = 240_000;
const PROGRESS_EVERY = 500;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const given = parseMutateArguments(process.argv.slice(2));
  process.exitCode = given.help ? help() : await mutateAll(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_MISSED;
}

function help(): number {
  process.stdout.write(MUTATE_USAGE);
  return 0;
}

async function mutateAll({ given, seed, count, json }: MutateArguments): Promise<number> {
  const runs = given === null ? await runsOfNetwork() : [runOfFile(given)];
  const subjects = await Promise.all(runs.map(openSubject));
  const result = await runSuite({ seed, count }, subjects, {
    signal: stop.signal,
    onProgress: (done) => {
      if (done % PROGRESS_EVERY === 0) say(`${done} of ${count} mutations`);
    },
  });
  const lines = linesOf(result, seed).map((line) => JSON.stringify(line));
  process.stdout.write(`${json ? lines.join("\n") : tableOf(result, seed)}\n`);
  return isProven(result) ? 0 : EXIT_MISSED;
}

function runOfFile({ file, anchorHash }: NonNullable<MutateArguments["given"]>): NamedRun {
  return { name: file, run: JSON.parse(readFileSync(file, "utf8")) as ExportedRun, anchorHash };
}

async function runsOfNetwork(): Promise<readonly NamedRun[]> {
  const directory = mkdtempSync(join(tmpdir(), "deed-mutate-"));
  try {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(NETWORK_LIMIT_MS)]);
    return await exportRuns(directory, { signal, onProgress: say });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function say(message: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1)} s  ${message}\n`);
}
