import { readFileSync, writeFileSync } from "node:fs";
import { parseJson } from "@deed/sdk";
import { CliError, cliError } from "./cli-error.ts";

/** A file's bytes; `-` is standard input. Errors: CliError. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (cause) {
    const message = `cannot read ${path}: ${reasonOf(cause)}`;
    throw cliError("CLI_FILE_UNREADABLE", message, "Name a file that is there.", { cause });
  }
}

export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** Errors: CliError. */
export function readJson(path: string): unknown {
  try {
    return parseJson(readText(path));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const message = `${path}: ${reasonOf(cause)}`;
    throw cliError("CLI_FILE_MALFORMED", message, "Name another file.", { cause });
  }
}

/** Writes a file; one that is there is replaced only when `force` says so. Errors: CliError. */
export function writeText(
  path: string,
  text: string,
  options: { readonly force: boolean; readonly mode?: number },
): void {
  try {
    writeFileSync(path, text, { flag: options.force ? "w" : "wx", mode: options.mode ?? 0o644 });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    if (isThere) {
      const remedy = "Name another file, or say --force.";
      throw cliError("CLI_FILE_EXISTS", `${path} is there already`, remedy, { cause });
    }
    const message = `cannot write ${path}: ${reasonOf(cause)}`;
    throw cliError("CLI_FILE_UNREADABLE", message, "Name another place.", { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
