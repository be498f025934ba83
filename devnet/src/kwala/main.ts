// `npm run kwala`: each Kwala workflow of a folder that compiles runs in a network, as it is written.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../start/usage-error.ts";
import { KWALA_USAGE, type KwalaArguments, parseKwalaArguments } from "./arguments.ts";
import { isRunnable, readFiles } from "./read-files.ts";
import { linesOf, resultOf, rowsOf } from "./report.ts";
import { runFiles } from "./run-files.ts";

const EXIT_NOT_RUN = 4;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const RUN_LIMIT_MS = 120_000;
const YEAR_SEC = 365 * 86_400;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const given = parseKwalaArguments(process.argv.slice(2), {
    folder: process.env["DEED_KWALA_FILES"],
    examples: fileURLToPath(new URL("../../../docs/examples/kwala", import.meta.url)),
  });
  process.exitCode = given.help ? usage() : await run(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

function usage(): number {
  process.stdout.write(KWALA_USAGE);
  return 0;
}

async function run({ folder, filling, firstOnly, json }: KwalaArguments): Promise<number> {
  if (!existsSync(folder)) {
    throw new UsageError({ code: "USAGE", reason: `there is no ${folder}`, usage: KWALA_USAGE });
  }
  const expiresSec = Math.floor(Date.now() / 1000) + YEAR_SEC;
  const files = readFiles({ folder: resolve(folder), filling, expiresSec });
  const runnable = files.filter(isRunnable);
  say(`${files.length} files, ${runnable.length} to run`);
  const directory = mkdtempSync(join(tmpdir(), "deed-kwala-"));
  try {
    const ran = await runFiles(
      runnable,
      { directory, runLimitMs: RUN_LIMIT_MS, firstOnly },
      { signal: stop.signal, nowMs: () => Date.now(), onProgress: progress },
    );
    const rows = rowsOf(files, ran);
    const result = resultOf(rows, Math.round(performance.now() / 100) / 10);
    for (const line of linesOf(rows)) (json ? say : tell)(line);
    const { ran: asWritten, ranFilledIn, failed, seconds } = result;
    const sentence = `${asWritten} ran as written, ${ranFilledIn} filled in, ${failed} failed; ${seconds} s`;
    tell(json ? JSON.stringify({ ...result, rows }) : sentence);
    return failed === 0 ? 0 : EXIT_NOT_RUN;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function progress(message: string): void {
  say(`${(performance.now() / 1000).toFixed(1)} s  ${message}`);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
