import { contractCall, type Ledger } from "@deed/sdk";
import type { Command } from "commander";
import { type ActOptions, withActOptions } from "../../acts/act-options.ts";
import { actOutcome, type PersonalAct, performAct } from "../../acts/perform-act.ts";
import { cliError } from "../../cli-error.ts";
import { type Act, command, withPlace } from "../../command-context.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../../place.ts";
import { timeText } from "../../table.ts";
import { parseAddress } from "../../wallet.ts";
import { wholeNumber } from "../../whole-number.ts";

interface ColdOptions extends PlaceOptions, ActOptions {
  readonly payout?: string;
}

/** What a subcommand sends, from the ledger as it is. */
type Prepare = (asked: {
  readonly place: Place;
  readonly ledger: Ledger;
  readonly options: ColdOptions;
  readonly numbered: number;
  readonly text: string;
}) => Promise<PersonalAct>;

/** What an operator's cold key does besides joining and leaving. */
export function coldKeyCommands(act: Act): readonly Command[] {
  return [
    coldCommand(
      act,
      "deposit",
      "Add to an operator's bond; anyone may",
      deposit,
      "3 1000000000000000000",
    )
      .argument("<operator>", "the operator's number")
      .argument("<wei>", "how much"),
    coldCommand(
      act,
      "replace-cold",
      "Announce another cold key or payout address",
      replace,
      "3 0x…",
    )
      .argument("<operator>", "the operator's number")
      .argument("<address>", "the cold key to come; the present one where only --payout changes")
      .option("--payout <address>", "where the bond is paid out (default: as it is)"),
    coldCommand(
      act,
      "accept-cold",
      "Take the place of the cold key, by the new one",
      accept,
      "3",
    ).argument("<operator>", "the operator's number"),
    coldCommand(act, "cancel-cold", "Void an announced cold key", cancel, "3").argument(
      "<operator>",
      "the operator's number",
    ),
    coldCommand(
      act,
      "off",
      "Switch a node off: it gets no new duties",
      switchTo(false),
      "3",
    ).argument("<node>", "the node's number"),
    coldCommand(act, "on", "Switch a node on again", switchTo(true), "3").argument(
      "<node>",
      "the node's number",
    ),
  ];
}

function coldCommand(
  act: Act,
  name: string,
  summary: string,
  prepare: Prepare,
  example: string,
): Command {
  const target = withActOptions(
    withPlace(command(name, summary, `deed node ${name} ${example} --keystore cold.json`)),
  );
  return target.action((...given: readonly unknown[]) => {
    // Commander appends the options and the command itself.
    const [number = "", text = ""] = given.slice(0, -2).map(String);
    const options = given.at(-2) as ColdOptions;
    return act(async (context) => {
      const place = await findPlace(options);
      const ledger = ledgerOf(place);
      const asked = { place, ledger, options, numbered: wholeNumber(number, "number"), text };
      return actOutcome(await performAct(context, place, options, await prepare(asked)));
    });
  });
}

const deposit: Prepare = async ({ place, ledger, numbered, text }) => {
  if (!/^[1-9][0-9]{0,37}$/.test(text)) {
    throw cliError("CLI_USAGE", `'${text}' is no amount`, "A whole number of wei.");
  }
  const [{ bondWei }, { minBondWei }] = await Promise.all([
    knownOperator(ledger, numbered),
    ledger.parameters(),
  ]);
  const call = contractCall(place.deployment, "registry", "depositBond", [numbered], BigInt(text));
  const after = bondWei + BigInt(text);
  const lines = [`bond: ${bondWei} wei, then ${after}; the least for a seat is ${minBondWei}`];
  return { name: "deposit the bond", call, lines };
};

const replace: Prepare = async ({ place, ledger, options, numbered, text }) => {
  const { cold, payout: present } = await knownOperator(ledger, numbered);
  const next = parseAddress(text, "address");
  const payout = options.payout === undefined ? present : parseAddress(options.payout, "--payout");
  const { slashDelaySec } = await ledger.parameters();
  const args = [numbered, next, payout];
  return {
    name: "announce a cold key",
    call: contractCall(place.deployment, "registry", "replaceCold", args),
    lines: [
      `cold key: ${cold} to ${next}`,
      `payout address: ${present} to ${payout}`,
      `next: after ${slashDelaySec} s, ${next} accepts with \`deed node accept-cold ${numbered}\``,
      "until then this key, the payout address and the council can void it: deed node cancel-cold",
    ],
    signers: { whose: `the cold key of operator ${numbered}`, addresses: [cold] },
  };
};

const accept: Prepare = async ({ place, ledger, numbered }) => {
  const change = await announced(ledger, numbered);
  return {
    name: "accept the cold key",
    call: contractCall(place.deployment, "registry", "acceptCold", [numbered]),
    lines: [
      `cold key: ${change.cold}; payout address: ${change.payout}`,
      `may be accepted from ${timeText(change.fromSec)} on`,
    ],
    signers: { whose: "the cold key that was announced", addresses: [change.cold] },
  };
};

const cancel: Prepare = async ({ place, ledger, numbered }) => {
  const change = await announced(ledger, numbered);
  const { cold, payout } = await knownOperator(ledger, numbered);
  return {
    name: "void an announced cold key",
    call: contractCall(place.deployment, "registry", "cancelCold", [numbered]),
    lines: [`announced: ${change.cold}, payout address ${change.payout}`],
    signers: { whose: "the cold key or the payout address", addresses: [cold, payout] },
  };
};

function switchTo(active: boolean): Prepare {
  return async ({ place, ledger, numbered }) => {
    const node = await ledger.node(numbered);
    if (node.operatorNo === 0) {
      throw cliError("CLI_UNKNOWN_NAME", `there is no node ${numbered}`, "Nodes count from 1.");
    }
    const { cold } = await knownOperator(ledger, node.operatorNo);
    // Endpoint and CA stay, so nothing is bound anew: it also works when the duty key is lost.
    const args = [numbered, node.endpoint, node.caHash, active, "0x"];
    const now = node.active ? "on" : "off";
    return {
      name: active ? "switch a node on" : "switch a node off",
      call: contractCall(place.deployment, "registry", "updateNode", args),
      lines: [
        `node ${numbered} of operator ${node.operatorNo}, now ${now}`,
        active
          ? "next: start it; it works again when it has caught up"
          : "next: what it has claimed and where it sits is still owed: leave it running until that is done",
      ],
      signers: { whose: `the cold key of operator ${node.operatorNo}`, addresses: [cold] },
    };
  };
}

async function announced(
  ledger: Ledger,
  operatorNo: number,
): Promise<NonNullable<Awaited<ReturnType<Ledger["coldChange"]>>>> {
  await knownOperator(ledger, operatorNo);
  const change = await ledger.coldChange(operatorNo);
  if (change !== null) return change;
  const remedy = "`deed node replace-cold` announces one.";
  throw cliError("CLI_UNKNOWN_NAME", `operator ${operatorNo} has announced no cold key`, remedy);
}

async function knownOperator(ledger: Ledger, operatorNo: number): ReturnType<Ledger["operator"]> {
  if (operatorNo > 0 && operatorNo <= (await ledger.operatorCount())) {
    return ledger.operator(operatorNo);
  }
  const remedy = "`deed gov status` shows who was admitted.";
  throw cliError("CLI_UNKNOWN_NAME", `there is no operator ${operatorNo}`, remedy);
}
