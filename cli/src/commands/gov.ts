import {
  connectGovernance,
  describeCall,
  type GovernanceProposal,
  type GovernanceReads,
  governanceCalls,
  type LedgerCall,
  RESTRICTIONS,
  type RestrictionName,
} from "@deed/sdk";
import type { Command } from "commander";
import { type ActOptions, withActOptions } from "../acts/act-options.ts";
import { actOutcome, type PersonalAct, performAct } from "../acts/perform-act.ts";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { nextActOf } from "../governance-steps.ts";
import { governanceText, proposalText } from "../governance-text.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../place.ts";
import { callsOfFile, namedCall, type ProposedCalls } from "../proposed-calls.ts";
import { readGovernance } from "../read-governance.ts";
import { wholeNumber } from "../whole-number.ts";
import { govLogCommand } from "./gov-log.ts";

interface GovOptions extends PlaceOptions, ActOptions {
  readonly reason?: string;
  readonly delay?: string;
  readonly seconds?: string;
  readonly file?: string;
}

/** What a subcommand sends, and what of it people see before. */
interface Prepared {
  readonly call: LedgerCall;
  /** One line for each thing that it does. */
  readonly lines: readonly string[];
  /** Whose keys the contract takes; left out where anyone's will do. */
  readonly group?: "council" | "guardians";
}

/** A subcommand's work once the network is known. */
type Prepare = (place: Place, options: GovOptions, args: readonly string[]) => Promise<Prepared>;

/** The council's and the guardians' side of a network. */
export function govCommand(act: Act): Command {
  const gov = command(
    "gov",
    "Propose, vote, restrict: what council and guardians do",
    "deed gov propose registry.setMinimumKeyTier 1 3 --reason 'keys were stolen elsewhere' --keystore me.json",
  );
  gov.addCommand(statusCommand(act));
  gov.addCommand(govLogCommand(act));
  gov.addCommand(
    sending(act, "propose", "Propose a call; proposing approves", propose)
      .argument("[function]", "for example registry.admit")
      .argument("[values...]", "its arguments; tuples and lists as JSON")
      .option("--file <file>", "an operator's application, or JSON with several calls")
      .requiredOption("--reason <text>", "why, for everybody to read")
      .option("--delay <seconds>", "wait at least so long after the vote", "0"),
  );
  const votes = { approve: "Approve a proposal", object: "Object to one, also while it waits" };
  for (const name of ["approve", "object"] as const) {
    gov.addCommand(
      sending(act, name, votes[name], vote(name))
        .argument("<number>", "the proposal's")
        .requiredOption("--reason <text>", "why, for everybody to read"),
    );
  }
  const anyone = {
    queue: "Hand an approved proposal to the timelock; anyone may",
    execute: "Execute what has waited; anyone may",
    cancel: "Cancel what too many object to, or nobody executed in time; anyone may",
  };
  for (const name of ["queue", "execute", "cancel"] as const) {
    gov.addCommand(
      sending(act, name, anyone[name], move(name)).argument("<number>", "the proposal's"),
    );
  }
  gov.addCommand(
    sending(act, "restrict", "Guardians: pause claims, suspend an operator, hold a slash", restrict)
      .argument("<kind>", RESTRICTIONS.join(", "))
      .argument("[subject]", "number of the operator or slash", "0")
      .requiredOption("--seconds <number>", "how long, from when enough guardians support it")
      .requiredOption("--reason <text>", "why, for everybody to read"),
  );
  gov.addCommand(
    sending(act, "call", "Send a call that the contract takes from you yourself", ownCall)
      .argument("<function>", "for example registry.settleSlash")
      .argument("[values...]", "its arguments; tuples and lists as JSON"),
  );
  return gov.addCommand(
    sending(act, "support", "Guardians: support another's act", support)
      .argument("<number>", "the act's")
      .requiredOption("--reason <text>", "why, for everybody to read"),
  );
}

function statusCommand(act: Act): Command {
  return withPlace(command("status", "Members, and what is decided next", "deed gov status 3"))
    .argument("[number]", "one proposal in full")
    .action((text: string | undefined, options: GovOptions) =>
      act(async ({ nowMs }) => status(await findPlace(options), text, nowMs())),
    );
}

async function status(place: Place, text: string | undefined, nowMs: number): Promise<Outcome> {
  const reads = readsOf(place);
  const { timestampSec } = await ledgerOf(place).head();
  // A chain that rests has an old head.
  const nowSec = Math.max(timestampSec, Math.floor(nowMs / 1000));
  if (text !== undefined) {
    const found = await knownProposal(reads, text);
    const votes = await reads.votes(found.proposalNo);
    const next = nextActOf(found, votes, nowSec);
    const calls = found.calls.map((call) => describeCall(place.deployment, call).text);
    const data = { ...found, votes, next, described: calls };
    return outcome(data, proposalText({ ...found, votes, next }, calls));
  }
  const all = await readGovernance(place, reads, nowSec);
  return outcome(all, governanceText(all, nowSec));
}

/** A subcommand that sends one transaction, after saying what it does. */
function sending(act: Act, name: string, summary: string, prepare: Prepare): Command {
  const target = withActOptions(
    withPlace(command(name, summary, `deed gov ${name} … --keystore me.json`)),
  );
  return target.action((...given: readonly unknown[]) => {
    // Commander appends the options and the command itself.
    const args = given
      .slice(0, -2)
      .flat()
      .filter((one) => one !== undefined)
      .map(String);
    const options = given.at(-2) as GovOptions;
    return act((context) => send(context, options, { name, prepare, args }));
  });
}

async function send(
  context: CommandContext,
  options: GovOptions,
  { name, prepare, args }: { name: string; prepare: Prepare; args: readonly string[] },
): Promise<Outcome> {
  const place = await findPlace(options);
  const { call, lines, group } = await prepare(place, options, args);
  const signers = group === undefined ? {} : await signersOf(place, group);
  const done = await performAct(context, place, options, { name, call, lines, ...signers });
  return actOutcome(done);
}

/** Nothing when no endpoint can be asked who they are. */
async function signersOf(
  place: Place,
  group: "council" | "guardians",
): Promise<Pick<PersonalAct, "signers">> {
  if (place.rpcUrl === null) return {};
  const { members } = await readsOf(place)[group]();
  const whose = group === "council" ? "a member of the council" : "a guardian";
  return { signers: { whose, addresses: members } };
}

async function propose(
  { deployment }: Place,
  options: GovOptions,
  [name, ...texts]: readonly string[],
): Promise<Prepared> {
  const { calls, lines } = proposedCalls(deployment, options, name, texts);
  const delaySec = wholeNumber(options.delay ?? "0", "--delay");
  const reason = options.reason ?? "";
  const does = calls.map((call) => `propose: ${describeCall(deployment, call).text}`);
  return {
    call: governanceCalls(deployment).propose(calls, delaySec, reason),
    lines: [...lines, ...does, `because: ${reason}`],
    group: "council",
  };
}

function proposedCalls(
  deployment: Place["deployment"],
  { file }: GovOptions,
  name: string | undefined,
  texts: readonly string[],
): ProposedCalls {
  if (file !== undefined && name === undefined) return callsOfFile(deployment, file);
  if (file === undefined && name !== undefined) {
    return { calls: [namedCall(deployment, name, texts)], lines: [] };
  }
  const remedy = "Either `deed gov propose registry.admit …`, or --file FILE.";
  throw cliError("CLI_USAGE", "what is to be proposed?", remedy);
}

async function ownCall(
  { deployment }: Place,
  _options: GovOptions,
  [name = "", ...texts]: readonly string[],
): Promise<Prepared> {
  const { target, data, valueWei } = namedCall(deployment, name, texts);
  return { call: { to: target, data, valueWei }, lines: [] };
}

function vote(name: "approve" | "object"): Prepare {
  return async (place, { reason = "" }, [text = ""]) => {
    const found = await knownProposal(readsOf(place), text);
    const call = governanceCalls(place.deployment)[name](found.proposalNo, reason);
    const lines = [...linesOf(place, name, found), `because: ${reason}`];
    return { call, lines, group: "council" };
  };
}

function move(name: "queue" | "execute" | "cancel"): Prepare {
  return async (place, _options, [text = ""]) => {
    const found = await knownProposal(readsOf(place), text);
    const calls = governanceCalls(place.deployment);
    const call =
      name === "cancel"
        ? calls.cancel(found.proposalNo)
        : calls[name](found.proposalNo, found.calls);
    return { call, lines: linesOf(place, name, found) };
  };
}

async function restrict(
  { deployment }: Place,
  options: GovOptions,
  [text = "", subjectText = "0"]: readonly string[],
): Promise<Prepared> {
  const kind = RESTRICTIONS.find((known) => known === text) as RestrictionName | undefined;
  if (kind === undefined) {
    throw cliError(
      "CLI_USAGE",
      `'${text}' is no restriction`,
      `One of ${RESTRICTIONS.join(", ")}.`,
    );
  }
  const subject = wholeNumber(subjectText, "subject");
  const seconds = wholeNumber(options.seconds ?? "", "--seconds");
  const reason = options.reason ?? "";
  const what = kind === "pause" ? "all claims" : `number ${subject}`;
  return {
    call: governanceCalls(deployment).restrict(kind, subject, seconds, reason),
    lines: [`restrict: ${kind} ${what} for ${seconds} s`, `because: ${reason}`],
    group: "guardians",
  };
}

async function support(
  { deployment }: Place,
  { reason = "" }: GovOptions,
  [text = ""]: readonly string[],
): Promise<Prepared> {
  const actNo = wholeNumber(text, "number");
  const call = governanceCalls(deployment).support(actNo, reason);
  return { call, lines: [`support: act ${actNo}`, `because: ${reason}`], group: "guardians" };
}

function linesOf(
  { deployment }: Place,
  name: string,
  { proposalNo, calls }: GovernanceProposal,
): readonly string[] {
  const described = calls.map((call) => `  ${describeCall(deployment, call).text}`);
  return [`${name}: proposal ${proposalNo}`, ...described];
}

function readsOf(place: Place): GovernanceReads {
  return connectGovernance(place.deployment, ledgerOf(place).rpc);
}

async function knownProposal(reads: GovernanceReads, text: string): Promise<GovernanceProposal> {
  const found = await reads.proposal(wholeNumber(text, "number"));
  if (found !== null) return found;
  const remedy = "`deed gov status` lists those that there are.";
  throw cliError("CLI_UNKNOWN_NAME", `there is no proposal ${text}`, remedy);
}
