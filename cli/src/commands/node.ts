import { resolve } from "node:path";
import type { Command } from "commander";
import { type ActAsChild, command } from "../command-context.ts";

/** Runs a node in the foreground. */
export function nodeCommand(act: ActAsChild): Command {
  return command("node", "Run a node", "deed node --config node.json")
    .requiredOption("--config <file>", "the node's configuration")
    .action((options: { readonly config: string }) =>
      act({
        packageName: "@deed/node",
        args: ["--config", resolve(options.config)],
        remedy: "Install @deed/node.",
      }),
    );
}
