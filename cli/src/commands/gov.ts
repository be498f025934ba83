import {
  connectGovernance,
  describeCall,
  encodeNamedCall,
  type GovernanceProposal,
  type GovernanceReads,
  governanceCalls,
  type LedgerCall,
  NamedCallError,
  type ProposedCall,
  RESTRICTIONS,
  type RestrictionName,
} from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { governanceText, proposalText } from "../governance-text.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../place.ts";
import { sendTransaction } from "../send-transaction.ts";
import { openWallet, type WalletOptions, withWallet } from "../wallet.ts";
import { wholeNumber } from "../whole-number.ts";

interface GovOptions extends PlaceOptions, WalletOptions {
  readonly reason?: string;
  readonly delay?: string;
  readonly seconds?: string;
  readonly dryRun?: true;
}

/** What a subcommand sends, and what of it people see before. */
interface Prepared {
  readonly call: LedgerCall;
  /** One line for each thing that it does. */
  readonly lines: readonly string[];
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
  gov.addCommand(
    sending(act, "propose", "Propose a call; proposing approves", propose)
      .argument("<function>", "for example registry.admit")
      .argument("[values...]", "its arguments; tuples and lists as JSON")
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
      act(async ({ nowMs }) => status(await findPlace(options), text, Math.floor(nowMs() / 1000))),
    );
}

async function status(place: Place, text: string | undefined, nowSec: number): Promise<Outcome> {
  const reads = readsOf(place);
  if (text !== undefined) {
    const found = await knownProposal(reads, text);
    const calls = found.calls.map((call) => describeCall(place.deployment, call).text);
    return outcome({ ...found, described: calls }, proposalText(found, calls, nowSec));
  }
  const [council, guardians, delaySec, count] = await Promise.all([
    reads.council(),
    reads.guardians(),
    reads.delaySec(),
    reads.proposalCount(),
  ]);
  const proposals: GovernanceProposal[] = [];
  // The newest hundred; who looks for an older one knows its number.
  for (let no = count; no > 0 && no > count - 100; no -= 1) {
    const found = await reads.proposal(no);
    if (found !== null) proposals.push(found);
  }
  const all = { council, guardians, delaySec, proposals };
  return outcome(all, governanceText(all, nowSec));
}

/** A subcommand that sends one transaction, after saying what it does. */
function sending(act: Act, name: string, summary: string, prepare: Prepare): Command {
  const target = withWallet(
    withPlace(command(name, summary, `deed gov ${name} … --keystore me.json`)),
  );
  return target
    .option("--dry-run", "say what would be sent, and send nothing")
    .action((...given: readonly unknown[]) => {
      // Commander appends the options and the command itself.
      const args = given.slice(0, -2).flat().map(String);
      const options = given.at(-2) as GovOptions;
      return act((context) => send(context, options, { name, prepare, args }));
    });
}

async function send(
  { terminal }: CommandContext,
  options: GovOptions,
  { name, prepare, args }: { name: string; prepare: Prepare; args: readonly string[] },
): Promise<Outcome> {
  const place = await findPlace(options);
  const { call, lines } = await prepare(place, options, args);
  const shown = { act: name, lines, to: call.to, data: call.data };
  if (options.dryRun === true) {
    return outcome({ ...shown, txHash: null }, [...lines, "nothing was sent"].join("\n"));
  }
  for (const line of lines) terminal.say(line);
  const account = await openWallet(options, terminal);
  const done = terminal.busy("Waiting for the block");
  const txHash = await sendTransaction(ledgerOf(place), account, call).finally(() => done());
  return outcome({ ...shown, txHash }, `${name}: ${txHash}`);
}

async function propose(
  { deployment }: Place,
  options: GovOptions,
  [name = "", ...texts]: readonly string[],
): Promise<Prepared> {
  const call = namedCall(deployment, name, texts);
  const delaySec = wholeNumber(options.delay ?? "0", "--delay");
  const reason = options.reason ?? "";
  return {
    call: governanceCalls(deployment).propose([call], delaySec, reason),
    lines: [`propose: ${describeCall(deployment, call).text}`, `because: ${reason}`],
  };
}

function vote(name: "approve" | "object"): Prepare {
  return async (place, { reason = "" }, [text = ""]) => {
    const found = await knownProposal(readsOf(place), text);
    const call = governanceCalls(place.deployment)[name](found.proposalNo, reason);
    return { call, lines: [...linesOf(place, name, found), `because: ${reason}`] };
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
  };
}

async function support(
  { deployment }: Place,
  { reason = "" }: GovOptions,
  [text = ""]: readonly string[],
): Promise<Prepared> {
  const actNo = wholeNumber(text, "number");
  const call = governanceCalls(deployment).support(actNo, reason);
  return { call, lines: [`support: act ${actNo}`, `because: ${reason}`] };
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

function namedCall(
  deployment: Place["deployment"],
  name: string,
  texts: readonly string[],
): ProposedCall {
  try {
    return encodeNamedCall(deployment, name, texts);
  } catch (cause) {
    if (!(cause instanceof NamedCallError)) throw cause;
    const { failure } = cause;
    const remedy =
      failure.code === "CALL_UNKNOWN"
        ? "A function of registry, governance, timelock or directory, for example registry.admit."
        : `It takes: ${failure.expected || "nothing"}.`;
    throw cliError("CLI_USAGE", cause.message, remedy, { cause });
  }
}
