import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type WalletOptions, withWallet } from "../wallet.ts";

/** How a person's transaction is signed, and whether it is sent. */
export interface ActOptions extends WalletOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly from?: string;
  readonly unsigned?: true;
  readonly signed?: string;
}

/** Adds them to a command. */
export function withActOptions(target: Command): Command {
  return withWallet(target)
    .option("--dry-run", "show the call, ask the ledger what it would do, and send nothing")
    .option("--yes", "do not ask before signing")
    .option("--from <address>", "who would sign, for --dry-run and --unsigned without a keystore")
    .option("--unsigned", "print the transaction for another wallet, and send nothing")
    .option(
      "--signed <file>",
      "send this one that another wallet signed: a file with its hex, or the hex",
    );
}

/** Errors: CLI_USAGE for options that contradict each other. */
export function checkActOptions({ dryRun, unsigned, signed, keystore }: ActOptions): void {
  const chosen = [
    ...(dryRun === true ? ["--dry-run"] : []),
    ...(unsigned === true ? ["--unsigned"] : []),
    ...(signed === undefined ? [] : ["--signed"]),
  ];
  if (chosen.length > 1) {
    throw cliError("CLI_USAGE", `${chosen.join(" and ")} exclude each other`, "Choose one.");
  }
  if (signed !== undefined && keystore !== undefined) {
    const remedy = "What another wallet signed needs no key of this machine.";
    throw cliError("CLI_USAGE", "--signed and --keystore exclude each other", remedy);
  }
}
