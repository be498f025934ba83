import { type ExportOptions, exportRun } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { writeText } from "../files.ts";
import { outcome } from "../outcome.ts";
import { findPlace, ledgerOf, nodeOf, type PlaceOptions } from "../place.ts";
import { parseHash } from "../wallet.ts";

interface ExportCommandOptions extends PlaceOptions {
  readonly out: string;
  readonly anchor?: string;
  readonly force?: true;
}

/** Writes everything that proves executions to one file. */
export function exportCommand(act: Act): Command {
  return withPlace(
    command(
      "export",
      "Write everything that proves executions to one file",
      "deed export 0x… -o run.json",
    ),
  )
    .argument("<execution...>", "executions' ids")
    .option("-o, --out <file>", "where to write", "run.json")
    .option(
      "--anchor <block>",
      "block to which all headers lead (default: the newest that is needed)",
    )
    .option("--force", "replace a file that is there")
    .action((texts: string[], options: ExportCommandOptions) =>
      act(async ({ terminal }) => {
        const ids = texts.map((text) => parseHash(text, "execution"));
        const anchor = anchorOf(options);
        const place = await findPlace(options);
        const done = terminal.busy("Exporting");
        const parts = {
          ledger: ledgerOf(place),
          nodeApi: nodeOf(place, terminal),
          onProgress: done,
        };
        const exported = await exportRun(parts, ids, anchor).finally(() => done());
        const { run } = exported;
        writeText(options.out, `${JSON.stringify(run)}\n`, { force: options.force === true });
        const { block, hash } = exported.anchor;
        terminal.say(
          `The anchor is block ${block}. Compare its hash with another source of the chain.`,
        );
        const data = {
          file: options.out,
          anchor: exported.anchor,
          executions: run.executions.length,
          receipts: run.receipts.length,
          headers: run.headers.length,
        };
        return outcome(
          data,
          `${options.out}\nNext: deed verify ${options.out} --block-hash ${hash}`,
        );
      }),
    );
}

function anchorOf({ anchor }: ExportCommandOptions): ExportOptions {
  if (anchor === undefined) return {};
  if (/^[0-9]{1,15}$/.test(anchor)) return { anchorBlock: Number(anchor) };
  throw cliError("CLI_USAGE", `--anchor: '${anchor}' is no block`, "A number.");
}
