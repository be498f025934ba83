import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/**
 * Runs another package's program in a process of its own, on this terminal, and ends as it ends. Not imported:
 * the command line stays small, and the devnet depends on it, not the other way round.
 */
export async function runPackageMain(
  packageName: string,
  args: readonly string[],
  remedy: string,
): Promise<ExitCode> {
  const child = spawn(process.execPath, [...programOf(packageName, remedy), ...args], {
    stdio: "inherit",
  });
  // The terminal sends Ctrl-C to both; this one waits for the other to end in order.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGTERM", pass);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode));
  });
  process.off("SIGINT", ignore);
  process.off("SIGTERM", pass);
  return (code ?? EXIT.interrupted) as ExitCode;
}

// Unbuilt sources need a loader; a build runs as it is.
/** What `node` is given to run a package's program. Errors: CliError CLI_PACKAGE_MISSING. */
export function programOf(packageName: string, remedy: string): readonly string[] {
  const require = createRequire(import.meta.url);
  let root: string;
  try {
    root = dirname(require.resolve(`${packageName}/package.json`));
  } catch (cause) {
    const message = `${packageName} is not installed here`;
    throw cliError("CLI_PACKAGE_MISSING", message, remedy, { cause });
  }
  if (!import.meta.url.endsWith(".ts")) return [join(root, "dist", "main.js")];
  const loader = import.meta.resolve("tsx");
  return ["--conditions=source", "--import", loader, join(root, "src", "main.ts")];
}
