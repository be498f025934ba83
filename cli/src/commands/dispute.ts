import { type ExportedRun, parseRun } from "@deed/protocol/bundle";
import type { Hex } from "@deed/protocol/encoding";
import {
  type FoundEvidence,
  PROVABLE_FAULTS,
  type ProvableFault,
  placeOfEvidence,
  runEvidence,
} from "@deed/protocol/verify";
import { contractsOf, encodeEvidence, type Ledger, ledgerCalls } from "@deed/sdk";
import type { Command } from "commander";
import { CliError, cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { readJson } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { ledgerOf, lookForPlace, type Place, type PlaceOptions } from "../place.ts";
import { sendTransaction } from "../send-transaction.ts";
import { openWallet, type WalletOptions, withWallet } from "../wallet.ts";

interface DisputeOptions extends PlaceOptions, WalletOptions {
  readonly fault?: string;
  readonly dryRun?: true;
}

/** What was proven, or could be. */
interface Proven {
  readonly fault: ProvableFault;
  readonly executionId: Hex | null;
  readonly batchNo: number;
  readonly index: number;
  readonly leaf: number;
  /** As `Disputes.prove` takes it. */
  readonly evidence: Hex;
  /** How long it is. */
  readonly bytes: number;
  /** `known`: punished before. `refused`: of a history that is not the ledger's. */
  readonly state: "provable" | "proven" | "known" | "refused";
  /** Null when nothing was sent. */
  readonly txHash: Hex | null;
  /** Why the ledger refuses it; null when it does not. */
  readonly reason: string | null;
}

/** Proves to the ledger's contracts what exported runs show. */
export function disputeCommand(act: Act): Command {
  return withWallet(
    withPlace(
      command(
        "dispute",
        "Prove faults of exported runs to the ledger's contracts, by any account",
        "deed dispute run.json --keystore me.json",
      ),
    ),
  )
    .argument("<file...>", "what `deed export` wrote; two files that contradict each other, too")
    .option("--fault <name>", `only this one: ${PROVABLE_FAULTS.join(", ")}`)
    .option("--dry-run", "print what could be proven, and send nothing")
    .addHelpText(
      "after",
      "\nEnds with 0 when it is proven (also by somebody before), 5 when the files show no such fault,\n6 when the ledger refuses. What contracts cannot judge, nodes dispute by themselves.",
    )
    .action((files: string[], options: DisputeOptions) =>
      act((context) => dispute(context, files, options)),
    );
}

async function dispute(
  context: CommandContext,
  files: readonly string[],
  options: DisputeOptions,
): Promise<Outcome> {
  const wanted = wantedFault(options.fault);
  const runs = files.map(readRun);
  const place = await placeOf(options);
  if (place !== null) for (const run of runs) requireSameLedger(run, place);
  const ledger = place === null || place.rpcUrl === null ? null : ledgerOf(place);
  const all = runEvidence(runs, {
    revokedBlocks: ledger === null ? new Map() : await revocationsOf(ledger, runs),
    holders: ledger === null ? new Map() : await holdersOf(ledger, runs),
  });
  const found = all.filter(({ evidence }) => wanted === null || evidence.fault === wanted);
  if (found.length === 0) throw nothingProvable(wanted, ledger === null);
  const provable = found.map(shown);
  if (options.dryRun === true || place === null) return told(provable);
  return told(await send(context, place, options, { found, provable }));
}

/** One after the other. Errors: CliError, when the ledger refuses all. */
async function send(
  { terminal }: CommandContext,
  place: Place,
  options: DisputeOptions,
  { found, provable }: { found: readonly FoundEvidence[]; provable: readonly Proven[] },
): Promise<readonly Proven[]> {
  const ledger = ledgerOf(place);
  const account = await openWallet(options, terminal);
  const calls = ledgerCalls(place.deployment);
  const sent: Proven[] = [];
  let refusal: CliError | null = null;
  for (const [at, { evidence }] of found.entries()) {
    const own = provable[at]!;
    const done = terminal.busy(`Proving ${own.fault} of batch ${own.batchNo}`);
    try {
      const txHash = await sendTransaction(ledger, account, calls.prove(evidence));
      sent.push({ ...own, state: "proven", txHash });
    } catch (error) {
      if (!isRevert(error)) throw error;
      const reason = error.failure.message;
      // Somebody was faster: the fault is punished.
      const isKnown = reason.includes("AlreadyJudged");
      if (!isKnown) refusal ??= error;
      sent.push({ ...own, state: isKnown ? "known" : "refused", reason });
    } finally {
      done();
    }
  }
  if (refusal !== null && sent.every(({ state }) => state === "refused")) throw refusal;
  return sent;
}

function isRevert(error: unknown): error is CliError {
  return error instanceof CliError && error.failure.code === "CLI_REVERTED";
}

function wantedFault(name: string | undefined): ProvableFault | null {
  if (name === undefined) return null;
  const found = PROVABLE_FAULTS.find((fault) => fault === name);
  if (found !== undefined) return found;
  const remedy = `One of ${PROVABLE_FAULTS.join(", ")}.`;
  throw cliError("CLI_USAGE", `--fault: no evidence proves '${name}'`, remedy);
}

function readRun(file: string): ExportedRun {
  const parsed = parseRun(readJson(file));
  if (parsed.kind === "run" && parsed.run !== null) return parsed.run;
  const part = parsed.kind === "run" ? parsed.missing[0] : parsed.part;
  const message = `${file} is no exported run: ${part}`;
  throw cliError("CLI_FILE_MALFORMED", message, "Write one with `deed export`.");
}

/** Without a network, only what the files hold can be looked at. */
async function placeOf(options: DisputeOptions): Promise<Place | null> {
  const place = await lookForPlace(options);
  if (place !== null || options.dryRun === true) return place;
  const remedy = "Name it with --node or --rpc and --deployment, or only look with --dry-run.";
  throw cliError("CLI_NO_NETWORK", "no network to prove it to", remedy);
}

function requireSameLedger(run: ExportedRun, { deployment }: Place): void {
  const own = contractsOf(deployment);
  const isSame =
    run.chainId === deployment.chainId &&
    (Object.keys(own) as (keyof typeof own)[]).every((name) => own[name] === run.contracts[name]);
  if (isSame) return;
  const message = "the file is of other contracts or another chain than the network";
  throw cliError("CLI_OTHER_NETWORK", message, "Name the network that the run is of.");
}

/** When the runs' intents were revoked: no file says it. */
async function revocationsOf(
  ledger: Ledger,
  runs: readonly ExportedRun[],
): Promise<ReadonlyMap<Hex, number>> {
  const hashes = new Set(runs.flatMap((run) => run.executions.map((one) => one.intentHash)));
  const blocks = new Map<Hex, number>();
  for (const hash of hashes) {
    const block = await ledger.revokedBlockOf(await ledger.intentNumberOf(hash));
    if (block !== 0) blocks.set(hash, block);
  }
  return blocks;
}

/** Who claimed the runs' batches: files that contradict each other name several. */
async function holdersOf(
  ledger: Ledger,
  runs: readonly ExportedRun[],
): Promise<ReadonlyMap<number, number>> {
  const numbers = new Set(runs.flatMap((run) => run.batches.map(({ batchNo }) => batchNo)));
  const holders = new Map<number, number>();
  for (const batchNo of numbers) {
    const { nodeNo } = await ledger.batch(batchNo);
    if (nodeNo !== 0) holders.set(batchNo, nodeNo);
  }
  return holders;
}

function nothingProvable(wanted: ProvableFault | null, isOffline: boolean): CliError {
  const what = wanted === null ? "nothing that a contract can judge" : `no ${wanted}`;
  const late = isOffline
    ? " Revocations, and who held a batch, are known to the ledger only: name an endpoint."
    : "";
  const remedy = `Nodes dispute by a vote what contracts cannot judge.${late}`;
  return cliError("CLI_NOTHING_PROVABLE", `the files show ${what}`, remedy);
}

function shown({ executionId, evidence }: FoundEvidence): Proven {
  const encoded = encodeEvidence(evidence).evidence;
  const place = placeOfEvidence(evidence);
  const bytes = (encoded.length - 2) / 2;
  const state = { state: "provable", txHash: null, reason: null } as const;
  return { fault: evidence.fault, executionId, ...place, evidence: encoded, bytes, ...state };
}

function told(faults: readonly Proven[]): Outcome {
  const lines = faults.map(({ fault, batchNo, index, leaf, executionId, state, ...more }) => {
    const of = executionId === null ? "of a signature" : `execution ${executionId}`;
    const end = more.reason ?? more.txHash ?? `${more.bytes} bytes to Disputes.prove`;
    return `${STATES[state]}  ${fault}: batch ${batchNo}, position ${index}, leaf ${leaf} (${of}): ${end}`;
  });
  return outcome({ faults }, lines.join("\n"));
}

const STATES: { readonly [state in Proven["state"]]: string } = {
  provable: "provable",
  proven: "proven  ",
  known: "known   ",
  refused: "refused ",
};
