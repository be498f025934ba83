import { resolve } from "node:path";
import type { Command } from "commander";
import { withActOptions } from "../../acts/act-options.ts";
import { type Act, type CommandContext, command, withPlace } from "../../command-context.ts";
import {
  type JoinOptions,
  type JoinPlan,
  makePlan,
  readPlan,
  writeWhole,
} from "../../operator/join-plan.ts";
import { joinWay } from "../../operator/join-way.ts";
import {
  applicationOf,
  folderPaths,
  prepareFolder,
  readFolderKeys,
} from "../../operator/node-folder.ts";
import { type WalkOptions, walk, walkOutcome } from "../../operator/walk.ts";
import type { Outcome } from "../../outcome.ts";
import { findPlace, lookForPlace, type Place, type PlaceOptions } from "../../place.ts";

interface NodeJoinOptions extends PlaceOptions, JoinOptions, Omit<WalkOptions, "keystore"> {
  readonly cheap?: true;
  readonly baseConfig?: string;
}

/** Walks an operator from nothing to a node with a seat; run again, it goes on where it is. */
export function nodeJoinCommand(act: Act): Command {
  const target = withActOptions(
    withPlace(
      command(
        "join",
        "Join the network: keys, application, bond, node, configuration; run it again to go on",
        "deed node join ./node --name 'Example Ltd' --region eu --provider own --endpoint https://node.example.org:9001 --vetting papers.pdf --keystore cold.json",
      ),
    ),
  );
  return target
    .argument("<folder>", "what belongs to the node; made when missing")
    .option("--name <text>", "the operator's name; public, as all that follows")
    .option("--region <text>", "where its machines are")
    .option("--provider <text>", "whose machines they are")
    .option("--metadata-uri <url>", "where it says more of itself")
    .option("--vetting <file...>", "documents for the council; only their hash becomes public")
    .option("--cold <address>", "the cold key, where it lies in no keystore of this machine")
    .option("--payout <address>", "where its money goes (default: the cold key)")
    .option("--roles <name...>", "executor, verifier (default: both)")
    .option("--endpoint <url>", "where other nodes reach the node: https, with its port")
    .option(
      "--keys <file>",
      "where each key is, for keys on a token or in a cloud (deed node keys)",
    )
    .option("--bond-wei <number>", "more than the least that the network asks for")
    .option("--base-config <file>", "JSON that the node's configuration begins with")
    .option("--cheap", "a keystore that is quick to guess, for tests alone")
    .option("--wait <seconds>", "how long to wait for council, timelock and seat")
    .action((folder: string, options: NodeJoinOptions) =>
      act((context) => join(context, resolve(folder), options)),
    );
}

async function join(
  context: CommandContext,
  folder: string,
  options: NodeJoinOptions,
): Promise<Outcome> {
  const known = readPlan(folder);
  const place = known === null ? await findPlace(options) : await placeOfPlan(known, options);
  const plan = known ?? makePlan(folder, options, place);
  await prepareFolder(folder, plan, options.cheap === true);
  const keys = await readFolderKeys(folder, plan);
  const paths = folderPaths(folder);
  const application = applicationOf(plan, keys);
  if (keys.evidence !== null) writeWhole(paths.evidence, keys.evidence.text);
  writeWhole(paths.application, `${JSON.stringify(application, null, 2)}\n`);
  const baseConfig = options.baseConfig ?? null;
  const way = joinWay(place, { folder, plan, keys, baseConfig, nowMs: context.nowMs });
  const walked = await walk(context, place, options as WalkOptions, way);
  const { operatorNo, nodes } = walked.facts;
  const nodeNo = nodes.find(({ dutyKey }) => dutyKey === keys.dutyKey)?.nodeNo ?? null;
  const more = { folder, application: paths.application, config: paths.config, operatorNo, nodeNo };
  return walkOutcome(walked, options as WalkOptions, more);
}

/** The plan's own network, unless the options name an endpoint of it. */
export async function placeOfPlan(plan: JoinPlan, options: PlaceOptions): Promise<Place> {
  const { rpc, node } = options;
  const named = node === undefined ? null : await lookForPlace({ node });
  return {
    deployment: plan.deployment,
    otherChains: [],
    nodeUrl: named?.nodeUrl ?? null,
    rpcUrl: rpc ?? plan.rpcUrl,
    source: "join.json",
  };
}
