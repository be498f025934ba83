import { Command } from "commander";
import type { Outcome } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

/** Runs a command's work; the program prints what it found and ends with its code. */
export type Act = (work: (context: CommandContext) => Promise<Outcome>) => Promise<void>;

/** A command that is another package's program. */
export type ActAsChild = (program: {
  readonly packageName: string;
  readonly args: readonly string[];
  /** When it is not installed. */
  readonly remedy: string;
}) => Promise<void>;

/** A command with its example; every help shows one. */
export function command(name: string, summary: string, example: string): Command {
  return new Command(name).description(summary).addHelpText("after", `\nExample:\n  ${example}`);
}

/** The options by which a command finds its network. */
export function withPlace(target: Command): Command {
  return target
    .option("--node <url>", "a node's API")
    .option("--rpc <url>", "an endpoint of the ledger's chain")
    .option("--allow-plaintext", "accept plain HTTP to other machines")
    .option("--deployment <file>", "file with the contracts' addresses")
    .option("--dir <folder>", "folder of an embedded network (default: the nearest .deed)");
}
