import type { PageQuery } from "@deed/sdk";
import type { Command } from "commander";
import { wholeNumber } from "./whole-number.ts";

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
    ...(before === undefined ? {} : { before: wholeNumber(before, "--before") }),
    ...(limit === undefined ? {} : { limit: wholeNumber(limit, "--limit") }),
  };
}
