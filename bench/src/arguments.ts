import { parseArgs } from "node:util";
import { BenchError, type Row } from "./row.ts";

/** What the command line asks for. */
export interface Wishes {
  readonly kind: "run";
  readonly rows: readonly Row[];
  /** Null: each row's own. */
  readonly seconds: number | null;
  /** No table for people. */
  readonly isJsonOnly: boolean;
  /** A goal that is missed is a failure: for figures that do not depend on the machine. */
  readonly isAsserted: boolean;
}

const LONGEST_SECONDS = 3_600;

/** Errors: BenchError USAGE. */
export function parseArguments(
  args: readonly string[],
  rows: readonly Row[],
): Wishes | { readonly kind: "help" } {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { kind: "help" };
  const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    const names = rows.map(({ name }) => name).join(", ");
    throw usage(`no such row: ${unknown.join(", ")}; there are ${names}`);
  }
  const isAsked = ({ name }: Row): boolean =>
    positionals.length === 0 || positionals.includes(name);
  return {
    kind: "run",
    rows: rows.filter(isAsked),
    seconds: secondsOf(values.seconds),
    isJsonOnly: values.json === true,
    isAsserted: values.assert === true,
  };
}

/** The text of `--help`. */
export function help(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(
    ({ name, about, defaultSeconds }) => `  ${name.padEnd(width)}  ${about} (${defaultSeconds} s)`,
  );
  return [
    "Usage: npm run bench -- [rows…] [--seconds N] [--json] [--assert]",
    "",
    "JSON lines go to standard output, a table to standard error (none with --json).",
    "Exit code: 1 if a row failed unexpectedly, 2 for a wrong command line, with --assert 4 if a goal",
    "was missed or something was not measured, else 0.",
    "",
    "Rows, and how long each one measures:",
    ...lines,
  ].join("\n");
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        assert: { type: "boolean" },
        seconds: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
  throw usage(`--seconds is a number up to ${LONGEST_SECONDS}`);
}

function usage(reason: string): BenchError {
  return new BenchError({ code: "USAGE", reason });
}
