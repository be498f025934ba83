import { type GovernanceEvent, governanceEvents, valueText } from "@deed/sdk";
import type { Command } from "commander";
import { type Act, command, withPlace } from "../command-context.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../place.ts";
import { table } from "../table.ts";
import { wholeNumber } from "../whole-number.ts";

interface LogOptions extends PlaceOptions {
  readonly fromBlock?: string;
}

/** Endpoints refuse longer ranges. */
const CHUNK_BLOCKS = 5_000;

/** What council and guardians did, in ledger order. */
export function govLogCommand(act: Act): Command {
  return withPlace(
    command("log", "What was proposed, voted, decided, restricted, announced", "deed gov log"),
  )
    .option("--from-block <number>", "leave out what is older")
    .action((options: LogOptions) => act(async () => log(await findPlace(options), options)));
}

async function log(place: Place, { fromBlock }: LogOptions): Promise<Outcome> {
  const { deployment } = place;
  const ledger = ledgerOf(place);
  const first = fromBlock === undefined ? 0 : wholeNumber(fromBlock, "--from-block");
  const head = (await ledger.head()).number;
  const events: GovernanceEvent[] = [];
  for (let from = Math.max(first, deployment.fromBlock); from <= head; from += CHUNK_BLOCKS) {
    const to = Math.min(head, from + CHUNK_BLOCKS - 1);
    events.push(...(await governanceEvents(deployment, ledger.rpc, { from, to })));
  }
  const rows = events.map(({ blockNumber, contract, event, args }) => {
    const said = Object.entries(args).map(
      ([name, value]) => `${name}: ${valueText(deployment, value)}`,
    );
    return [String(blockNumber), `${contract}.${event ?? "unknown"}`, said.join(", ")];
  });
  const text = rows.length === 0 ? "nothing yet" : table(["block", "what", "with"], rows);
  return outcome({ events }, text);
}
