import type { Hex } from "@deed/protocol/encoding";
import { describeCall, type LedgerCall } from "@deed/sdk";
import { serializeTransaction } from "viem";
import { cliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { ledgerOf, type Place } from "../place.ts";
import { prepareTransaction, sendRaw, type UnsignedTransaction } from "../send-transaction.ts";
import { keystoreAddress, openWallet, parseAddress } from "../wallet.ts";
import { type ActOptions, checkActOptions } from "./act-options.ts";
import { askToSign } from "./ask-to-sign.ts";
import { readSignedTransaction } from "./signed-transaction.ts";
import { type Simulation, simulate } from "./simulate.ts";

/** A transaction that a person's key is to send. */
export interface PersonalAct {
  /** What the person does, for example `deposit the bond`. */
  readonly name: string;
  readonly call: LedgerCall;
  /** What the decoded call does not say by itself: what a proposal contains, what follows. */
  readonly lines?: readonly string[];
  /** Whose keys the contract takes; left out where anyone may, or only the contract knows. */
  readonly signers?: { readonly whose: string; readonly addresses: readonly Hex[] };
}

/** What was shown, and what came of it. */
export interface ActResult {
  readonly act: string;
  readonly state: "dry" | "unsigned" | "sent";
  readonly chainId: number;
  readonly to: Hex;
  /** Null for an address that is none of the deployment's; so is `function`. */
  readonly contract: string | null;
  readonly function: string | null;
  readonly arguments: readonly { readonly name: string; readonly text: string }[];
  readonly lines: readonly string[];
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Null when nobody is known to sign. */
  readonly from: Hex | null;
  readonly simulation: Simulation;
  /** Only of state `unsigned`: what another wallet signs, and the same serialised. */
  readonly transaction: (UnsignedTransaction & { readonly serialized: Hex }) | null;
  /** Null when nothing was sent. */
  readonly txHash: Hex | null;
}

/**
 * Shows a call, asks the ledger what it would do, has it signed and sends it, as far as the options say.
 * Errors: CliError (CLI_REVERTED with the contract's reason, CLI_WRONG_KEY, CLI_BAD_SIGNATURE, CLI_USAGE, …), RpcError.
 */
export async function performAct(
  context: CommandContext,
  place: Place,
  options: ActOptions,
  act: PersonalAct,
): Promise<ActResult> {
  const { terminal, nowMs } = context;
  checkActOptions(options);
  const { call } = act;
  const signed =
    options.signed === undefined
      ? null
      : await readSignedTransaction(options.signed, call, place.deployment.chainId);
  const from = signed?.from ?? (await expectedSigner(options, act));
  requireSigner(act, from);
  const simulation = await simulated(place, call, from, nowMs());
  const shown = { ...shownOf(place, act), from, simulation };
  for (const line of linesOf(shown)) terminal.say(line);
  if (options.dryRun === true) return { ...shown, state: "dry", transaction: null, txHash: null };
  const ledger = ledgerOf(place);
  if (simulation.kind === "reverts") throw reverts(simulation.reason);
  if (options.unsigned === true) {
    if (from === null) {
      throw cliError("CLI_USAGE", "--unsigned: of whom?", "Name the signer with --from ADDRESS.");
    }
    const prepared = await prepareTransaction(ledger, from, call, nowMs());
    const serialized = serializeTransaction({ ...prepared, type: "eip1559" });
    return { ...shown, state: "unsigned", transaction: { ...prepared, serialized }, txHash: null };
  }
  const raw = signed?.raw ?? (await signHere(context, place, options, act));
  const done = terminal.busy("Waiting for the block");
  const txHash = await sendRaw(ledger, raw).finally(() => done());
  return { ...shown, state: "sent", transaction: null, txHash };
}

/** What a command that is one act prints; exit code 6 when it would revert. */
export function actOutcome(result: ActResult): Outcome {
  const { act, state, simulation, transaction, txHash } = result;
  switch (state) {
    case "dry": {
      const exitCode = simulation.kind === "reverts" ? EXIT.refused : EXIT.ok;
      const text = [...linesOf(result), "nothing was sent"].join("\n");
      return outcome(result, text, exitCode);
    }
    case "unsigned":
      return outcome(result, transaction!.serialized);
    case "sent":
      return outcome(result, `${act}: ${txHash}`);
  }
}

async function signHere(
  { terminal, nowMs }: CommandContext,
  place: Place,
  options: ActOptions,
  act: PersonalAct,
): Promise<Hex> {
  await askToSign(terminal, options.yes === true, act.name);
  const account = await openWallet(options, terminal);
  const address = account.address.toLowerCase() as Hex;
  // The file's own word for its address was only a hint.
  requireSigner(act, address);
  return account.signTransaction({
    ...(await prepareTransaction(ledgerOf(place), address, act.call, nowMs())),
    type: "eip1559",
  });
}

async function expectedSigner(options: ActOptions, { signers }: PersonalAct): Promise<Hex | null> {
  if (options.keystore !== undefined) return keystoreAddress(options.keystore);
  if (options.from !== undefined) return parseAddress(options.from, "--from");
  if (options.dryRun !== true && options.unsigned !== true) {
    const remedy =
      "Name one with --keystore FILE (`deed keystore new FILE` makes one), or use --unsigned for another wallet.";
    throw cliError("CLI_USAGE", "no key to sign with", remedy);
  }
  return signers?.addresses[0] ?? null;
}

function requireSigner({ signers }: PersonalAct, from: Hex | null): void {
  if (signers === undefined || from === null || signers.addresses.includes(from)) return;
  const message = `${from} is not ${signers.whose}`;
  const remedy = `The contract takes this from ${signers.addresses.join(" or ") || "nobody"}.`;
  throw cliError("CLI_WRONG_KEY", message, remedy);
}

async function simulated(
  place: Place,
  call: LedgerCall,
  from: Hex | null,
  nowMs: number,
): Promise<Simulation> {
  if (place.rpcUrl === null) {
    return { kind: "unasked", reason: "no endpoint of the ledger is known: name one with --rpc" };
  }
  return simulate(ledgerOf(place), call, from, nowMs);
}

type Shown = Omit<ActResult, "state" | "transaction" | "txHash">;

function shownOf(
  { deployment }: Place,
  { name, call, lines = [] }: PersonalAct,
): Omit<Shown, "from" | "simulation"> {
  const { to, data, valueWei } = call;
  const described = describeCall(deployment, { target: to, data, valueWei });
  return {
    act: name,
    chainId: deployment.chainId,
    to,
    contract: described.contract,
    function: described.functionName,
    arguments: described.arguments,
    lines,
    data,
    valueWei,
  };
}

function linesOf(shown: Shown): readonly string[] {
  const { act, lines, chainId, to, contract, data, valueWei, from, simulation } = shown;
  const head = contract === null ? `data ${data}` : `${contract}.${shown.function}`;
  return [
    `${act}:`,
    ...lines.map((line) => `  ${line}`),
    `  ${head} at ${to} on chain ${chainId}`,
    ...shown.arguments.map(({ name, text }) => `    ${name}: ${text}`),
    ...(valueWei === 0n ? [] : [`  value: ${etherText(valueWei)}`]),
    ...(from === null ? [] : [`  from: ${from}`]),
    `  ${simulationText(simulation)}`,
  ];
}

function simulationText(simulation: Simulation): string {
  switch (simulation.kind) {
    case "works":
      return simulation.returns === null
        ? "the ledger would do it"
        : `the ledger would do it, and return ${simulation.returns}`;
    case "reverts":
      return `the ledger would refuse it: ${simulation.reason}`;
    case "unasked":
      return `not simulated: ${simulation.reason}`;
  }
}

const WEI = 10n ** 18n;

/** With all digits: what is signed is not rounded. */
function etherText(wei: bigint): string {
  const fraction = (wei % WEI).toString().padStart(18, "0").replace(/0+$/, "");
  return `${wei / WEI}${fraction === "" ? "" : `.${fraction}`} coins (${wei} wei)`;
}

function reverts(reason: string): Error {
  return cliError(
    "CLI_REVERTED",
    reason,
    "The ledger's contracts refuse it: docs/errors.md says of each reason what to do.",
  );
}
