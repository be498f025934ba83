// `npm run bench`: measures, and says what on which machine. Only --assert makes a goal, or the bound in its place, a duty.

import { help, parseArguments } from "./arguments.ts";
import { EXIT_USAGE, exitCodeOf } from "./exit-code.ts";
import { tableOf } from "./report.ts";
import { BenchError } from "./row.ts";
import { ROWS } from "./rows.ts";
import { runRows } from "./run-rows.ts";

const stop = new AbortController();
const interrupted = new BenchError({ code: "CANNOT_RUN", reason: "interrupted" });
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(interrupted));

try {
  const wishes = parseArguments(process.argv.slice(2), ROWS);
  if (wishes.kind === "help") console.log(help(ROWS));
  else {
    const lines = await runRows(wishes.rows, wishes, {
      signal: stop.signal,
      onLine: (line) => console.log(JSON.stringify(line)),
      say: (message) => console.error(message),
    });
    if (!wishes.isJsonOnly) console.error(`\n${tableOf(lines)}`);
    // A row that was left behind may still hold something open.
    process.exit(exitCodeOf(lines, wishes.isAsserted));
  }
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`${error.message}\n\n${help(ROWS)}`);
  process.exitCode = EXIT_USAGE;
}
