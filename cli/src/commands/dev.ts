import type { Command } from "commander";
import { type ActAsChild, command } from "../command-context.ts";

interface DevOptions {
  readonly dir?: string;
  readonly fresh?: true;
}

/** Runs the embedded network: chain, contracts, seven nodes. */
export function devCommand(act: ActAsChild): Command {
  return command(
    "dev",
    "Run an embedded network: chain, contracts, seven nodes",
    "deed dev --fresh",
  )
    .option("--dir <folder>", "where it keeps everything (default: .deed)")
    .option("--fresh", "begin anew")
    .action((options: DevOptions, self: Command) => {
      const { json } = self.optsWithGlobals<{ readonly json?: boolean }>();
      return act({
        packageName: "@deed/devnet",
        args: [
          ...(options.dir === undefined ? [] : ["--dir", options.dir]),
          ...(options.fresh === true ? ["--fresh"] : []),
          ...(json === true ? ["--json"] : []),
        ],
        remedy: "Install @deed/devnet beside @deed/cli: it brings the chain.",
      });
    });
}
