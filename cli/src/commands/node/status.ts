import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { cliError } from "../../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../../command-context.ts";
import { type JoinPlan, readPlan } from "../../operator/join-plan.ts";
import { shownOf } from "../../operator/join-way.ts";
import { folderPaths, readFolderKeys } from "../../operator/node-folder.ts";
import { type Membership, readMembership } from "../../operator/read-membership.ts";
import { exitSteps, joinSteps, nextStep, type Step } from "../../operator/steps.ts";
import { stepsText } from "../../operator/walk.ts";
import { type Outcome, outcome } from "../../outcome.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../../place.ts";
import { pairs, timeText } from "../../table.ts";
import { wholeNumber } from "../../whole-number.ts";
import { placeOfPlan } from "./join.ts";

/** How an operator stands: what is missing, and who must act next. */
export function nodeStatusCommand(act: Act): Command {
  return withPlace(
    command(
      "status",
      "Say how an operator stands, what is missing, who must act",
      "deed node status ./node",
    ),
  )
    .argument("<who>", "a folder of `deed node join`, or an operator's number")
    .action((who: string, options: PlaceOptions) =>
      act((context) => status(context, who, options)),
    );
}

/** Whose membership a command is about: a folder's or a number's. Errors: CliError. */
export async function whoIs(
  who: string,
  options: PlaceOptions,
): Promise<{
  readonly place: Place;
  readonly plan: JoinPlan | null;
  readonly of: Parameters<typeof readMembership>[1];
}> {
  if (/^[1-9][0-9]*$/.test(who)) {
    const operatorNo = wholeNumber(who, "operator");
    return { place: await findPlace(options), plan: null, of: { operatorNo } };
  }
  const plan = readPlan(resolve(who));
  if (plan === null) {
    const remedy = "Name a folder of `deed node join`, or an operator's number.";
    throw cliError("CLI_USAGE", `${who} holds no plan to join`, remedy);
  }
  return { place: await placeOfPlan(plan, options), plan, of: { cold: plan.cold } };
}

async function status(
  { nowMs }: CommandContext,
  who: string,
  options: PlaceOptions,
): Promise<Outcome> {
  const { place, plan, of } = await whoIs(who, options);
  const membership = await readMembership(ledgerOf(place), of, nowMs());
  if (membership.operator?.status === 0) {
    throw cliError("CLI_UNKNOWN_NAME", `there is no operator ${who}`, "Numbers begin with 1.");
  }
  const steps = await stepsOf(membership, who, plan);
  const next = nextStep(steps);
  const { operatorNo, operator, nodes, proposal } = membership;
  const data = { operatorNo, operator, nodes, proposal, steps, next };
  return outcome(
    data,
    [...(operator === null ? [] : [headText(membership), ""]), stepsText(steps)].join("\n"),
  );
}

async function stepsOf(
  membership: Membership,
  who: string,
  plan: JoinPlan | null,
): Promise<readonly Step[]> {
  const { operator, nodes } = membership;
  if ((operator?.status ?? 0) >= EXITING) {
    return exitSteps(membership, `deed node exit ${who} --keystore cold.json`);
  }
  const folder = resolve(who);
  const bondWei = plan === null || plan.bondWei === null ? null : BigInt(plan.bondWei);
  if (plan !== null) {
    const keys = await readFolderKeys(folder, plan);
    const { dutyKey } = keys;
    const hasConfig = existsSync(folderPaths(folder).config);
    return joinSteps(membership, {
      ...{ folder: who, dutyKey, bondWei, hasConfig },
      shown: shownOf(keys),
    });
  }
  const dutyKey = nodes.find(({ active }) => active)?.dutyKey ?? nodes[0]?.dutyKey ?? "";
  // Of an operator whose folder is elsewhere, only the ledger's side is known.
  return joinSteps(membership, {
    ...{ folder: ".", dutyKey, bondWei, hasConfig: true },
    shown: null,
  }).filter(({ step }) => !LOCAL.has(step));
}

const EXITING = 3;
const LOCAL = new Set(["keys", "application", "configuration"]);
const STATUSES = ["none", "active", "suspended", "exiting", "exited"];

function headText({ operatorNo, operator, nodes, minBondWei }: Membership): string {
  const { name, cold, payout, status: number, bondWei, suspendedUntilSec } = operator!;
  const said = STATUSES[number] ?? String(number);
  const until = said === "suspended" ? ` until ${timeText(suspendedUntilSec)}` : "";
  return pairs([
    ["operator", `${operatorNo}, ${name}`],
    ["status", `${said}${until}`],
    ["bond", `${bondWei} wei, at least ${minBondWei}`],
    ["cold key", cold],
    ["payout", payout],
    ...nodes.map((node): [string, string] => [
      `node ${node.nodeNo}`,
      `${node.active ? "on" : "off"}, ${node.endpoint}, duty key ${node.dutyKey}`,
    ]),
  ]);
}
