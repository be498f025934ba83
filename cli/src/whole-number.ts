import { cliError } from "./cli-error.ts";

/** A whole number below 10^15 from an option's text. Errors: CliError CLI_USAGE. */
export function wholeNumber(text: string, option: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw cliError("CLI_USAGE", `${option}: '${text}' is no number`, "A whole number.");
}
