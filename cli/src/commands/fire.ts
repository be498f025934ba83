import { setTimeout as sleep } from "node:timers/promises";
import {
  domainSeparator,
  fireDigest,
  type Hex,
  type Json,
  jsonHash,
  parseExactJson,
} from "@deed/protocol/encoding";
import type { ExecutionDetail, FireSubmission, NodeApi } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { readText } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, nodeOf, type Place, type PlaceOptions } from "../place.ts";
import { openWallet, parseHash, type WalletOptions, withWallet } from "../wallet.ts";
import { wholeNumber } from "../whole-number.ts";

interface FireOptions extends PlaceOptions, WalletOptions {
  readonly input?: string;
  readonly ordinal?: string;
  readonly validFor: string;
  readonly wait?: string | true;
}

const WAIT_SEC = 120;
const POLL_MS = 250;

/** Fires a manual workflow. */
export function fireCommand(act: Act): Command {
  return withWallet(
    withPlace(
      command(
        "fire",
        "Fire a manual workflow",
        `deed fire 0x… --input '{"amount": 5}' --keystore me.json`,
      ),
    ),
  )
    .argument("<hash>", "the intent's hash")
    .option("--input <json>", "JSON, or @FILE, or @- for standard input (default: null)")
    .option("--ordinal <number>", "the fire's own number (default: the time in milliseconds)")
    .option("--valid-for <seconds>", "how long nodes may claim it", "600")
    .option("--wait [seconds]", "wait until it is final")
    .action((text: string, options: FireOptions) =>
      act(async (context) => {
        const intentHash = parseHash(text, "intent");
        const place = await findPlace(options);
        return fire(context, place, intentHash, options);
      }),
    );
}

async function fire(
  context: CommandContext,
  place: Place,
  intentHash: Hex,
  options: FireOptions,
): Promise<Outcome> {
  const node = nodeOf(place, context.terminal);
  const submission = await signedFire(context, place, intentHash, options);
  const fired = await node.fire(intentHash, submission);
  const { executionId, receipt } = fired;
  context.terminal.say(`Node ${receipt.nodeNo} took fire ${submission.ordinal}.`);
  if (options.wait === undefined)
    return outcome({ ...fired, ordinal: submission.ordinal }, executionId);
  const limitSec = options.wait === true ? WAIT_SEC : wholeNumber(options.wait, "--wait");
  const detail = await finalOf(context, node, executionId, limitSec);
  const { state, status } = detail;
  const text = `${executionId}\n${state}${status === null ? "" : `, ${status}`}`;
  const exitCode = state === "final" ? EXIT.ok : EXIT.failed;
  return outcome({ ...fired, ordinal: submission.ordinal, state, status }, text, exitCode);
}

async function signedFire(
  { terminal, nowMs }: CommandContext,
  { deployment }: Place,
  intentHash: Hex,
  options: FireOptions,
): Promise<FireSubmission> {
  const input = inputOf(options.input);
  const validForSec = wholeNumber(options.validFor, "--valid-for");
  const account = await openWallet(options, terminal);
  const firedMs = nowMs();
  const firedAtSec = Math.floor(firedMs / 1000);
  const validUntilSec = firedAtSec + validForSec;
  const ordinal =
    options.ordinal === undefined ? firedMs : wholeNumber(options.ordinal, "--ordinal");
  const message = { intentHash, ordinal, inputHash: jsonHash(input), firedAtSec, validUntilSec };
  const { chainId, intents } = deployment;
  const digest = fireDigest(message, domainSeparator({ chainId, verifyingContract: intents }));
  return {
    ordinal,
    input,
    firedAtSec,
    validUntilSec,
    signature: await account.sign({ hash: digest }),
  };
}

function inputOf(option: string | undefined): Json {
  if (option === undefined) return null;
  const text = option.startsWith("@") ? readText(option.slice(1)) : option;
  try {
    return parseExactJson(text);
  } catch (cause) {
    const message = `--input is not JSON: ${cause instanceof Error ? cause.message : ""}`;
    throw cliError("CLI_USAGE", message, `For example --input '{"amount": 5}'.`, { cause });
  }
}

const ENDS: ReadonlySet<string> = new Set(["final", "void", "failed", "missed", "refused"]);

async function finalOf(
  { terminal }: CommandContext,
  node: NodeApi,
  executionId: Hex,
  limitSec: number,
): Promise<ExecutionDetail> {
  const limitMs = performance.now() + limitSec * 1000;
  const done = terminal.busy("Waiting until it is final");
  let shown = "";
  try {
    while (performance.now() < limitMs) {
      const detail = await node.execution(executionId);
      if (detail !== null && ENDS.has(detail.state)) return detail;
      const state = detail?.state ?? "unknown";
      if (state !== shown) done(`Waiting until it is final: ${state}`);
      shown = state;
      await sleep(POLL_MS);
    }
  } finally {
    done();
  }
  const message = `not final after ${limitSec} s: it is ${shown}`;
  throw cliError("CLI_TIMEOUT", message, `Look later: deed show ${executionId}`);
}
