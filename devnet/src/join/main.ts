// `npm run join`: an operator goes from nothing to a working node by votes, and out again with its bond.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../start/usage-error.ts";
import { JOIN_USAGE, parseJoinArguments } from "./arguments.ts";
import { runJoin } from "./run-join.ts";
import type { JoinStep } from "./steps.ts";

const EXIT_NOT_PASSED = 4;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** The last step: a story that ended early lacks it. */
const LAST = "it is back with the operator, and the operator is out";

try {
  const given = parseJoinArguments(process.argv.slice(2));
  if (given.help) process.stdout.write(JOIN_USAGE);
  else process.exitCode = await play(given.json, given.keep);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

async function play(json: boolean, keep: boolean): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "deed-join-"));
  try {
    const steps = await runJoin(
      { directory },
      {
        nowMs: () => performance.now(),
        onStep: (step) => process.stdout.write(`${json ? JSON.stringify(step) : textOf(step)}\n`),
        onProgress: (message) => process.stderr.write(`${message}\n`),
      },
    );
    const passed = steps.filter(({ ok }) => ok).length;
    const isWhole = steps.at(-1)?.step === LAST && passed === steps.length;
    const seconds = Math.round(performance.now() / 100) / 10;
    const result = { steps: steps.length, passed, whole: isWhole, seconds };
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : resultText(result));
    return isWhole ? 0 : EXIT_NOT_PASSED;
  } finally {
    if (keep) process.stderr.write(`Kept in ${directory}\n`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

function textOf({ ok, step, command, found }: JoinStep): string {
  const lines = [`${ok ? "ok    " : "FAILED"}  ${step}: ${found}`];
  if (command !== null) lines.push(`          ${command}`);
  return lines.join("\n");
}

function resultText(result: {
  steps: number;
  passed: number;
  whole: boolean;
  seconds: number;
}): string {
  const { steps, passed, whole, seconds } = result;
  const end = whole ? "" : "; NOT THE WHOLE STORY";
  return `${passed} of ${steps} steps passed${end}; ${seconds} s\n`;
}
