import type { IntentSummary } from "@deed/sdk";
import type { Command } from "commander";
import { type Act, command, withPlace } from "../command-context.ts";
import { outcome } from "../outcome.ts";
import { type PageOptions, pageQuery, withPage } from "../page.ts";
import { findPlace, nodeOf, type PlaceOptions } from "../place.ts";
import { table, timeText } from "../table.ts";
import { parseAddress } from "../wallet.ts";

interface ListOptions extends PlaceOptions, PageOptions {
  readonly owner?: string;
}

/** Registered workflows, newest first. */
export function listCommand(act: Act): Command {
  return withPage(
    withPlace(command("list", "List registered workflows, newest first", "deed list --limit 20")),
  )
    .option("--owner <address>", "only this owner's")
    .action((options: ListOptions) =>
      act(async ({ terminal }) => {
        const query = pageQuery(options);
        const owner =
          options.owner === undefined ? {} : { owner: parseAddress(options.owner, "--owner") };
        const page = await nodeOf(await findPlace(options), terminal).intents({
          ...query,
          ...owner,
        });
        if (page.next !== null) terminal.say(`More: --before ${page.next}`);
        if (page.intents.length === 0) terminal.say("No workflow is registered.");
        return outcome(
          page,
          table(["NO", "NAME", "TRIGGER", "STATE", "EXPIRES", "HASH"], page.intents.map(row)),
        );
      }),
    );
}

function row({
  intentNo,
  name,
  trigger,
  state,
  validUntilSec,
  intentHash,
}: IntentSummary): string[] {
  return [String(intentNo), name, trigger, state, timeText(validUntilSec), intentHash];
}
