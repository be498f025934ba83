import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { connectNodeApi, type Exported, exportRun } from "@deed/sdk";
import { type SampleNetwork, startSampleNetwork } from "../samples/sample-network.ts";
import type { ExecutionStory, ProofStory } from "../story/execution-story.ts";
import { type FollowedLedger, followLedger } from "../story/follow-ledger.ts";
import { auditOffline } from "./audit.ts";
import type { DemoResult } from "./demo-result.ts";
import { type Expectations, guiltOf, missingOf } from "./expectations.ts";
import { ordinalOfOperator } from "./liar.ts";

export interface DemoOptions {
  /** Empty; everything is written there. */
  readonly directory: string;
  readonly tamper: "branch" | "withhold" | null;
  /** Where else the exported run is written. */
  readonly out: string | null;
  readonly limitMs: number;
}

export interface DemoParts {
  readonly signal: AbortSignal;
  nowMs(): number;
  /** Since the process's start. */
  elapsedMs(): number;
  onProgress(message: string): void;
}

const LIAR_NO = 3;
const FIRES = 3;
const TRANSFERS = 2;
const POLL_MS = 100;
const TRANSFERRED = 10n ** 18n;

/** Runs a whole network, fires, waits for finality, ends the network, audits what it exported. */
export async function runDemo(options: DemoOptions, parts: DemoParts): Promise<DemoResult> {
  const { directory, tamper, limitMs } = options;
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(limitMs)]);
  const liarNo = tamper === null ? null : LIAR_NO;
  const lies = liarNo === null || tamper === null ? {} : { tamper: { [liarNo]: tamper } };
  const samples = await startSampleNetwork({ directory, fresh: true, ...lies }, parts);
  const follow = followSamples(samples, parts);
  let outcome: Outcome;
  try {
    outcome = await waitAndExport(samples, follow, { liarNo, signal }, parts);
  } finally {
    parts.onProgress("Ending the network");
    await follow.close();
    await samples.close();
  }
  const result = conclude(outcome, { directory, samples, liarNo }, parts);
  return { ...result, ...handOut(outcome.exported, options.out) };
}

interface Outcome {
  readonly executions: readonly ExecutionStory[];
  /** What was found and punished. */
  readonly guilt: readonly ProofStory[];
  readonly exported: Exported | null;
  readonly missing: readonly string[];
}

async function waitAndExport(
  samples: SampleNetwork,
  follow: FollowedLedger,
  terms: { readonly liarNo: number | null; readonly signal: AbortSignal },
  parts: DemoParts,
): Promise<Outcome> {
  const first = await fireAll(samples, terms.liarNo);
  parts.onProgress(`Fired ${FIRES} by hand and ${TRANSFERS} by events; waiting for finality`);
  const expected = await fireUntilLie(samples, follow, { expected: first, ...terms }, parts);
  const isThere = await follow
    .until((story) => (missingOf(story, expected).length === 0 ? true : null), terms.signal)
    .catch(() => false);
  const { story } = follow;
  const executions = [...story.executions.values()].filter(({ state }) => isOver(state));
  const guilt = guiltOf(story);
  const missing = isThere ? [] : missingOf(story, expected);
  if (!isThere) return { executions, guilt, exported: null, missing };
  const final = executions.filter(({ state }) => state === "final");
  const exported = await exportFinal(
    samples,
    final.map(({ executionId }) => executionId),
    parts,
  );
  return { executions, guilt, exported, missing };
}

function followSamples({ ledger }: SampleNetwork, parts: DemoParts): FollowedLedger {
  return followLedger(
    { ledger, pollMs: POLL_MS, keep: "all" },
    {
      onEvent: (_, changed) => {
        for (const { intentName, ordinal, nodeNo, state, fault } of changed) {
          const why = fault === null ? state : `${state}: ${fault}`;
          parts.onProgress(`${intentName} #${ordinal}, node ${nodeNo}: ${why}`);
        }
      },
    },
  );
}

/** Every workflow fires; where one executor lies, some of the fires are the liar's. */
export async function fireAll(
  samples: SampleNetwork,
  liarNo: number | null,
): Promise<Expectations> {
  const workflow = samples.workflows.get("by-hand");
  if (workflow === undefined) throw new TypeError("no sample to fire by hand");
  const { intentHash } = workflow;
  const fired: Hex[] = [];
  let ordinal = 0;
  for (let fire = 1; fire <= FIRES; fire += 1) {
    const from = ordinal + 1;
    // In this network operator and node numbers are the same.
    ordinal =
      liarNo === null || fire > 1
        ? from
        : await ordinalOfOperator(samples.ledger, { operatorNo: liarNo, intentHash, from });
    const input = { fire, text: "from the demonstration" };
    const { executionId } = await samples.fire(workflow, { ordinal, input, nodeNo: fire });
    fired.push(executionId);
  }
  for (let transfer = 0; transfer < TRANSFERS; transfer += 1) await samples.transfer(TRANSFERRED);
  const atLeast = { "transfer-alert": TRANSFERS, quiet: TRANSFERS, heartbeat: 2 };
  return { fired, atLeast, liarNo };
}

/** On a busy machine another rank may be faster than the liar: then it gets another fire. */
async function fireUntilLie(
  samples: SampleNetwork,
  { story, until }: FollowedLedger,
  terms: {
    readonly expected: Expectations;
    readonly liarNo: number | null;
    readonly signal: AbortSignal;
  },
  parts: DemoParts,
): Promise<Expectations> {
  const { liarNo, signal } = terms;
  const workflow = samples.workflows.get("by-hand");
  if (liarNo === null || workflow === undefined) return terms.expected;
  const { intentHash } = workflow;
  const fired = [...terms.expected.fired];
  const held = () => fired.flatMap((name) => story.executions.get(name) ?? []);
  const expected = { ...terms.expected, fired };
  while (!signal.aborted) {
    const isHeld = () => (held().length === fired.length ? true : null);
    // What is missing when the time is over is told by who waits for the end.
    if ((await until(isHeld, signal).catch(() => null)) === null) break;
    if (held().some(({ nodeNo }) => nodeNo === liarNo)) break;
    parts.onProgress("Others were faster than the liar; firing again");
    const from = Math.max(...held().map(({ ordinal }) => ordinal)) + 1;
    const ordinal = await ordinalOfOperator(samples.ledger, {
      operatorNo: liarNo,
      intentHash,
      from,
    });
    const input = { fire: fired.length + 1, text: "from the demonstration" };
    const { executionId } = await samples.fire(workflow, { ordinal, input, nodeNo: liarNo });
    fired.push(executionId);
  }
  return expected;
}

async function exportFinal(
  { network, ledger }: SampleNetwork,
  executionIds: readonly Hex[],
  parts: DemoParts,
): Promise<Exported> {
  const url = network.nodes[0]?.apiUrl ?? "";
  const nodeApi = connectNodeApi({ url }, { fetch });
  const onProgress = (message: string): void => parts.onProgress(`Export: ${message}`);
  return exportRun({ ledger, nodeApi, onProgress }, executionIds);
}

function isOver(state: ExecutionStory["state"]): boolean {
  return state === "final" || state === "void";
}

/** The file for the user's own audit, and the hash that the audit begins with. */
function handOut(
  exported: Exported | null,
  out: string | null,
): Pick<DemoResult, "file" | "blockHash"> {
  if (exported === null || out === null) return {};
  writeFileSync(out, JSON.stringify(exported.run));
  return { file: out, blockHash: exported.anchor.hash };
}

function conclude(
  outcome: Outcome,
  known: {
    readonly directory: string;
    readonly samples: SampleNetwork;
    readonly liarNo: number | null;
  },
  parts: DemoParts,
): DemoResult {
  const { executions, guilt, exported } = outcome;
  const missing = [...outcome.missing];
  if (exported !== null) {
    const path = join(known.directory, "run.json");
    writeFileSync(path, JSON.stringify(exported.run));
    parts.onProgress(`Auditing ${path} with no network`);
    const anchorHash = exported.anchor.hash;
    const { deployment } = known.samples.network;
    for (const check of auditOffline(exported.run, { deployment, anchorHash })) {
      missing.push(`audit: ${check.name} ${check.result}: ${check.subject} ${check.detail}`);
    }
  }
  const [first] = guilt;
  const slashedWei = guilt.reduce((sum, found) => sum + found.slashedWei, 0n);
  return {
    executions: executions.length,
    verified: executions.filter(({ state }) => state === "final").length,
    faults: guilt.length,
    seconds: Math.round(parts.elapsedMs()) / 1000,
    auditOk: exported !== null && missing.length === 0,
    ...(first === undefined
      ? {}
      : { leaf: first.leaf, fault: first.fault, slashedWei: slashedWei.toString() }),
    ...(missing.length === 0 ? {} : { missing }),
  };
}
