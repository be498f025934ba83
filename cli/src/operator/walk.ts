import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";
import type { ActOptions } from "../acts/act-options.ts";
import { type ActResult, type PersonalAct, performAct } from "../acts/perform-act.ts";
import { cliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { ledgerOf, type Place } from "../place.ts";
import { table } from "../table.ts";
import { wholeNumber } from "../whole-number.ts";
import { nextStep, type Step } from "./steps.ts";

/** Options of a command that walks steps. */
export interface WalkOptions extends ActOptions {
  readonly wait?: string;
}

/** A way of steps, all of which the ledger or the folder remembers. */
export interface Way<Facts> {
  read(): Promise<Facts>;
  steps(facts: Facts): readonly Step[];
  /** What the operator does for a step; null when this command does nothing for it. */
  actOf(step: Step, facts: Facts): Promise<PersonalAct | null>;
  /** Does what needs no transaction; true when the step is done by it. */
  workOf(step: Step, facts: Facts): Promise<boolean>;
}

/** How far it came. */
export interface Walked<Facts> {
  readonly facts: Facts;
  readonly steps: readonly Step[];
  /** What was shown, and sent as far as the options say. */
  readonly acts: readonly ActResult[];
}

const POLL_MS = 1_000;
const LONGEST_SETTLE_MS = 120_000;

/**
 * Goes on from wherever the ledger and the folder are: does what is the operator's to do, one act after the other,
 * and waits as long as it may for others. Errors: CliError, RpcError.
 */
export async function walk<Facts>(
  context: CommandContext,
  place: Place,
  options: WalkOptions,
  way: Way<Facts>,
): Promise<Walked<Facts>> {
  const untilMs = context.nowMs() + wholeNumber(options.wait ?? "0", "--wait") * 1000;
  const acts: ActResult[] = [];
  let told = "";
  for (;;) {
    const facts = await way.read();
    const steps = way.steps(facts);
    const next = nextStep(steps);
    const walked = { facts, steps, acts };
    if (next === null) return walked;
    const isOwn = next.state === "now" && next.who === "operator";
    if (isOwn && options.dryRun !== true && (await way.workOf(next, facts))) continue;
    const act = isOwn ? await way.actOf(next, facts) : null;
    if (act !== null) {
      if (!canAct(options)) return walked;
      await settled(ledgerOf(place), act);
      const result = await performAct(context, place, options, act);
      acts.push(result);
      // What was not sent changes nothing; what another wallet signed was one transaction.
      if (result.state !== "sent") return walked;
      if (options.signed !== undefined) {
        const now = await way.read();
        return { facts: now, steps: way.steps(now), acts };
      }
      continue;
    }
    if (context.nowMs() >= untilMs) return walked;
    if (next.what !== told) context.terminal.say(`${next.step}: ${next.what}`);
    told = next.what;
    await sleep(POLL_MS);
  }
}

/** What a walk prints: steps, and what comes next. With --wait, 7 when it is not at its end. */
export function walkOutcome(
  { steps, acts }: Walked<unknown>,
  options: WalkOptions,
  more: object,
): Outcome {
  const next = nextStep(steps);
  const unsigned = acts.find(({ state }) => state === "unsigned");
  const data = { ...more, steps, next, acts, done: next === null };
  if (unsigned !== undefined) return outcome(data, unsigned.transaction!.serialized);
  const refused = acts.some(({ simulation }) => simulation.kind === "reverts");
  const late = options.wait !== undefined && next !== null;
  const exitCode = refused ? EXIT.refused : late ? EXIT.timeout : EXIT.ok;
  return outcome(data, stepsText(steps), exitCode);
}

/** Steps as a table, and what comes next. */
export function stepsText(steps: readonly Step[]): string {
  const rows = steps.map(({ step, state, who, what }) => [step, state, who ?? "", what]);
  const next = nextStep(steps);
  const lines = [table(["step", "state", "who", "what"], rows)];
  if (next === null) lines.push("", "nothing is missing");
  else if (next.command !== null) lines.push("", `next, by ${next.who}: ${next.command}`);
  else lines.push("", `next: ${next.what}`);
  return lines.join("\n");
}

function canAct({ keystore, dryRun, unsigned, signed }: ActOptions): boolean {
  return keystore !== undefined || dryRun === true || unsigned === true || signed !== undefined;
}

/** Waits for an earlier run's transaction: sent twice, a deposit would be two. */
async function settled({ rpc }: Ledger, { signers }: PersonalAct): Promise<void> {
  const from = signers?.addresses[0];
  if (from === undefined) return;
  const count = async (tag: string) =>
    BigInt(await rpc.request<Hex>("eth_getTransactionCount", [from, tag]));
  const limitMs = performance.now() + LONGEST_SETTLE_MS;
  while ((await count("pending")) > (await count("latest"))) {
    if (performance.now() > limitMs) {
      const message = `${from} has a transaction that is in no block yet`;
      throw cliError("CLI_TIMEOUT", message, "Wait for it, or replace it in its wallet.");
    }
    await sleep(POLL_MS / 4);
  }
}
