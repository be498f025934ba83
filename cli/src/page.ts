import type { PageQuery } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "./cli-error.ts";

export interface PageOptions {
  readonly before?: string;
  readonly limit?: string;
}

/** The options of lists that come in pages. */
export function withPage(target: Command): Command {
  return target
    .option("--limit <rows>", "how many at most (1 to 200)")
    .option("--before <value>", "go on where the last page ended");
}

/** Errors: CliError. */
export function pageQuery({ before, limit }: PageOptions): PageQuery {
  return {
    ...(before === undefined ? {} : { before: whole(before, "--before") }),
    ...(limit === undefined ? {} : { limit: whole(limit, "--limit") }),
  };
}

function whole(text: string, option: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw cliError("CLI_USAGE", `${option}: '${text}' is no number`, "A whole number.");
}
