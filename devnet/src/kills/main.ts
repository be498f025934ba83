// `npm run kills`: a whole network whose parts are killed under load, and a check of what it promised.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../start/usage-error.ts";
import { KILLS_USAGE, type KillsArguments, parseKillsArguments } from "./arguments.ts";
import type { KillsResult } from "./kills-result.ts";
import { runKills } from "./run-kills.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_BROKEN = 4;
/** Of all the time, what is left for everything to become terminal. */
const SETTLING_SHARE = 0.4;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const given = parseKillsArguments(process.argv.slice(2));
  process.exitCode = given.help ? usage() : await kill(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

function usage(): number {
  process.stdout.write(KILLS_USAGE);
  return 0;
}

async function kill({
  seed,
  kills,
  seconds,
  sabotage,
  lie,
  json,
  keep,
}: KillsArguments): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "deed-kills-"));
  try {
    const limitMs = seconds * 1000;
    const loadMs = limitMs * (1 - SETTLING_SHARE);
    const result = await runKills(
      { directory, seed, kills, loadMs, limitMs, sabotage, lie },
      {
        signal: stop.signal,
        nowMs: () => Date.now(),
        onProgress: (message) => say(`${(performance.now() / 1000).toFixed(1)} s  ${message}`),
      },
    );
    print(result, kills, json);
    return result.violations === 0 && result.kills >= kills ? 0 : EXIT_BROKEN;
  } finally {
    if (keep) say(`Kept in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

function print(result: KillsResult, wanted: number, json: boolean): void {
  for (const { rule, subject, detail } of result.examples ?? []) {
    say(`${rule}: ${subject}: ${detail}`);
  }
  if (result.kills < wanted) say(`Only ${result.kills} of ${wanted} kills came about`);
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const { kills, sequencer, nodes, signers, executions, violations, crashCharges, seconds } =
    result;
  process.stdout.write(
    `${kills} kills (sequencer ${sequencer}, nodes ${nodes}, signers ${signers}), ${executions} executions, ` +
      `${violations} violations, ${crashCharges} charges for crashes; ${seconds} s\n`,
  );
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
