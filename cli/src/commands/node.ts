import { resolve } from "node:path";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type ActAsChild, command } from "../command-context.ts";
import { coldKeyCommands } from "./node/cold-key.ts";
import { nodeExitCommand } from "./node/exit.ts";
import { nodeJoinCommand } from "./node/join.ts";
import { rotateCommands } from "./node/rotate.ts";
import { nodeStatusCommand } from "./node/status.ts";
import { nodeKeysCommand } from "./node-keys.ts";

/** Runs a node in the foreground; its subcommands are the operator's side of the registry. */
export function nodeCommand(act: Act, actAsChild: ActAsChild): Command {
  const node = command(
    "node",
    "Run a node; join the network, and leave it",
    "deed node --config node.json",
  )
    // What follows a subcommand's name is the subcommand's.
    .enablePositionalOptions()
    .option("--config <file>", "the node's configuration")
    .action((options: { readonly config?: string }) => run(actAsChild, options.config));
  const subcommands = [
    nodeKeysCommand(act),
    nodeJoinCommand(act),
    nodeStatusCommand(act),
    nodeExitCommand(act),
    ...coldKeyCommands(act),
    ...rotateCommands(act),
  ];
  for (const subcommand of subcommands) node.addCommand(subcommand);
  return node;
}

function run(actAsChild: ActAsChild, config: string | undefined): Promise<void> {
  if (config === undefined) {
    const remedy =
      "`deed node --config FILE` runs one; `deed node --help` lists what else there is.";
    throw cliError("CLI_USAGE", "no configuration", remedy);
  }
  return actAsChild({
    packageName: "@deed/node",
    args: ["--config", resolve(config)],
    remedy: "Install @deed/node.",
  });
}
