// `npm run rebuild`: what the ledger's events alone give is what nodes have, row for row.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../start/usage-error.ts";
import { parseRebuildArguments, REBUILD_USAGE, type RebuildArguments } from "./arguments.ts";
import { rebuildNetwork } from "./rebuild-network.ts";
import { linesOf, resultOf } from "./report.ts";
import { runShortNetwork } from "./short-network.ts";

const EXIT_DIFFERENT = 4;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const LIMIT_MS = 180_000;
const FINALS = 8;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const given = parseRebuildArguments(process.argv.slice(2));
  if (given.help) process.stdout.write(REBUILD_USAGE);
  else process.exitCode = await rebuild(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

async function rebuild({ directory, nodeNo, json }: RebuildArguments): Promise<number> {
  const workDirectory = mkdtempSync(join(tmpdir(), "deed-rebuild-"));
  const parts = { signal: stop.signal, nowMs: () => Date.now(), onProgress: progress };
  try {
    const network = directory === null ? join(workDirectory, "network") : resolve(directory);
    if (directory === null) {
      await runShortNetwork({ directory: network, finals: FINALS, limitMs: LIMIT_MS }, parts);
    }
    const nodes = await rebuildNetwork({ directory: network, workDirectory, nodeNo }, parts);
    const result = resultOf(nodes);
    for (const line of linesOf(nodes)) (json ? say : tell)(line);
    tell(json ? JSON.stringify(result) : sentenceOf(result));
    return result.differences === 0 ? 0 : EXIT_DIFFERENT;
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

function sentenceOf({ tables, rows, differences }: ReturnType<typeof resultOf>): string {
  return `${rows} rows of ${tables} tables rebuilt from events alone; ${differences} differences`;
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
