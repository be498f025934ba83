// `npm run soak`: many runs of every adapter, after which nothing may be more than it was.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT_FAILED, EXIT_MISSED, EXIT_USAGE } from "../exit-code.ts";
import { BenchError } from "../row.ts";
import { parseSoakArguments, SOAK_USAGE, type SoakArguments } from "./arguments.ts";
import { soak } from "./soak.ts";

const EXIT_NOT_TRIED = 5;

const stop = new AbortController();
const interrupted = new BenchError({ code: "CANNOT_RUN", reason: "interrupted" });
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(interrupted));

try {
  const given = parseSoakArguments(process.argv.slice(2));
  process.exitCode = given.help ? help() : await soakAll(given);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  const isUsage = error instanceof BenchError && error.failure.code === "USAGE";
  if (isUsage) process.stderr.write(`\n${SOAK_USAGE}`);
  process.exitCode = isUsage ? EXIT_USAGE : EXIT_FAILED;
}

function help(): number {
  process.stdout.write(SOAK_USAGE);
  return 0;
}

async function soakAll(given: SoakArguments): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "deed-soak-"));
  try {
    const result = await soak(given, {
      ...{ folder, signal: stop.signal, say },
      onLine: (line) => {
        if (given.json) process.stdout.write(`${JSON.stringify(line)}\n`);
      },
    });
    if (!given.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    if (result.ok) return 0;
    return result.failures === 0 && result.grown === 0 ? EXIT_NOT_TRIED : EXIT_MISSED;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(message: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1)} s  ${message}\n`);
}
