// The `deed` command: the only place that knows of arguments, console and exit codes.

import { readFileSync } from "node:fs";
import { EXIT } from "./exit-code.ts";
import { run } from "./run.ts";

const packageFile = new URL("../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { readonly version: string };

// A child in the foreground gets the signal, too, and `run` waits for it.
process.once("SIGINT", () => process.exit(EXIT.interrupted));
// A reader that has seen enough (`deed list | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.ok);
});

process.exitCode = await run(process.argv.slice(2), {
  version,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  nowMs: () => Date.now(),
});
