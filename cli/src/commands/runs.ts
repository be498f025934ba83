import type { ExecutionSummary } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { outcome } from "../outcome.ts";
import { type PageOptions, pageQuery, withPage } from "../page.ts";
import { findPlace, nodeOf, type PlaceOptions } from "../place.ts";
import { table, timeText } from "../table.ts";
import { parseHash } from "../wallet.ts";

/** Executions of a workflow, newest first. */
export function runsCommand(act: Act): Command {
  return withPage(
    withPlace(
      command("runs", "List a workflow's executions, newest first", "deed runs 0x… --limit 20"),
    ),
  )
    .argument("<hash>", "the intent's hash")
    .action((text: string, options: PlaceOptions & PageOptions) =>
      act(async ({ terminal }) => {
        const intentHash = parseHash(text, "intent");
        const query = pageQuery(options);
        const page = await nodeOf(await findPlace(options), terminal).executionsOf(
          intentHash,
          query,
        );
        if (page === null) {
          const message = `the node knows no intent ${intentHash}`;
          throw cliError("CLI_UNKNOWN_NAME", message, "See `deed list`.");
        }
        if (page.next !== null) terminal.say(`More: --before ${page.next}`);
        if (page.executions.length === 0) terminal.say("It has not run yet.");
        return outcome(
          page,
          table(
            ["TIME", "STATE", "ENDED", "NODE", "REASON", "EXECUTION"],
            page.executions.map(row),
          ),
        );
      }),
    );
}

function row({
  t0Sec,
  state,
  status,
  holderNode,
  reason,
  executionId,
}: ExecutionSummary): string[] {
  const node = holderNode === null ? "" : String(holderNode);
  return [timeText(t0Sec), state, status ?? "", node, reason ?? "", executionId];
}
