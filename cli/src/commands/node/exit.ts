import { operatorCalls } from "@deed/sdk";
import type { Command } from "commander";
import { withActOptions } from "../../acts/act-options.ts";
import { cliError } from "../../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../../command-context.ts";
import { type Membership, readMembership } from "../../operator/read-membership.ts";
import { exitSteps } from "../../operator/steps.ts";
import { type WalkOptions, type Way, walk, walkOutcome } from "../../operator/walk.ts";
import type { Outcome } from "../../outcome.ts";
import { ledgerOf, type Place, type PlaceOptions } from "../../place.ts";
import { whoIs } from "./status.ts";

interface ExitOptions extends PlaceOptions, WalkOptions {}

/** Leaves the network; run again once the bond is free. */
export function nodeExitCommand(act: Act): Command {
  return withActOptions(
    withPlace(
      command(
        "exit",
        "Leave the network: request, seat, unbonding, bond; run it again to go on",
        "deed node exit ./node --keystore cold.json",
      ),
    ),
  )
    .argument("<who>", "a folder of `deed node join`, or the operator's number")
    .option("--wait <seconds>", "how long to wait for the seat's end and the unbonding")
    .action((who: string, options: ExitOptions) => act((context) => exit(context, who, options)));
}

async function exit(context: CommandContext, who: string, options: ExitOptions): Promise<Outcome> {
  const { place, of } = await whoIs(who, options);
  const way = exitWay(place, () => readMembership(ledgerOf(place), of, context.nowMs()), who);
  const walked = await walk(context, place, options, way);
  const { operatorNo, operator } = walked.facts;
  return walkOutcome(walked, options, { operatorNo, bondWei: operator?.bondWei ?? null });
}

function exitWay(place: Place, read: () => Promise<Membership>, who: string): Way<Membership> {
  const command = `deed node exit ${who} --keystore cold.json`;
  return {
    read: async () => {
      const found = await read();
      if (found.operatorNo !== null && found.operator?.status !== 0) return found;
      const message = `${who} is no operator: nothing was admitted that could leave`;
      throw cliError("CLI_UNKNOWN_NAME", message, "`deed node status` says how it stands.");
    },
    steps: (facts) => exitSteps(facts, command),
    workOf: async () => false,
    actOf: async ({ step }, { operatorNo, cold }) => {
      const number = operatorNo ?? 0;
      const calls = operatorCalls(place.deployment);
      const signers = { whose: `the cold key of operator ${number}`, addresses: [cold] };
      if (step === "request") {
        const lines = [
          "no new duties from the next generation on; a new admission needs another key",
        ];
        return { name: "request the exit", call: calls.requestExit(number), lines, signers };
      }
      return { name: "withdraw the bond", call: calls.withdrawBond(number), signers };
    },
  };
}
