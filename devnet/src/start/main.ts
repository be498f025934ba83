// `npm start`: the embedded network with sample workflows that fire, until Ctrl-C.

import { resolve } from "node:path";
import { engineVersion } from "../chain/engine/engine-version.ts";
import { parseStartArguments, START_USAGE } from "./arguments.ts";
import { type Report, renderReport } from "./report.ts";
import { runNetwork } from "./run-network.ts";
import { UsageError } from "./usage-error.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());
try {
  const { directory, fresh, json, engine, help } = parseStartArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(START_USAGE);
  } else if (engine) {
    process.stdout.write(`${await engineVersion()}\n`);
  } else {
    await runNetwork(
      { directory: resolve(directory), fresh },
      {
        signal: stop.signal,
        nowMs: () => Date.now(),
        elapsedMs: () => performance.now(),
        report: (report) => print(report, json),
      },
    );
    process.exit(0);
  }
} catch (error) {
  // A start that is interrupted fails somewhere: its children got the signal, too.
  if (stop.signal.aborted) process.exit(0);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED);
}

function print(report: Report, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const line = renderReport(report);
  if (line !== null) process.stdout.write(`${line}\n`);
}
