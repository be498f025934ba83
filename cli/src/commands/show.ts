import type { Hex } from "@deed/protocol/encoding";
import {
  type ActionsProof,
  type ExecutionDetail,
  type IntentDetail,
  type NodeApi,
  proveActions,
} from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, nodeOf, type Place, type PlaceOptions } from "../place.ts";
import { sandboxText } from "../sandbox-text.ts";
import { pairs, table, timeText } from "../table.ts";
import { parseHash } from "../wallet.ts";

/** A workflow, or an execution with each action proven back to the batch that its node signed. */
export function showCommand(act: Act): Command {
  return withPlace(command("show", "Show a workflow or an execution", "deed show 0x…"))
    .argument("<hash>", "an intent's hash, or an execution's id")
    .action((text: string, options: PlaceOptions) =>
      act(async (context) => {
        const hash = parseHash(text, "name");
        const place = await findPlace(options);
        const node = nodeOf(place, context.terminal);
        const execution = await node.execution(hash);
        if (execution !== null) return showExecution(context, place, node, execution);
        const intent = await node.intent(hash);
        if (intent !== null) return showIntent(intent);
        const message = `the node knows neither intent nor execution ${hash}`;
        throw cliError("CLI_UNKNOWN_NAME", message, "See `deed list` and `deed runs`.");
      }),
    );
}

function showIntent(intent: IntentDetail): Outcome {
  const counts = Object.entries(intent.executions).map(([state, rows]) => `${rows} ${state}`);
  const text = pairs([
    ["intent", `${intent.intentNo}  ${intent.intentHash}`],
    ["name", intent.name],
    ["summary", intent.summary],
    ["owner", intent.owner],
    ["trigger", intent.trigger],
    ["state", intent.refusal === null ? intent.state : `${intent.state}: ${intent.refusal}`],
    ["registered", `block ${intent.registeredBlock}, ${intent.registeredTx}`],
    ...(intent.revokedBlock === null ? [] : [["revoked", `block ${intent.revokedBlock}`] as const]),
    ["expires", timeText(intent.validUntilSec)],
    ["executions", counts.length === 0 ? "none" : counts.join(", ")],
  ]);
  return outcome(intent, `${text}\n\n${intent.yaml.trimEnd()}`);
}

type Proof =
  | { readonly kind: "proof"; readonly proof: ActionsProof }
  | { readonly kind: "none"; readonly reason: string };

async function showExecution(
  { terminal }: CommandContext,
  place: Place,
  node: NodeApi,
  detail: ExecutionDetail,
): Promise<Outcome> {
  const proven = await prove(place, node, detail);
  const text = [
    summary(detail),
    ...(detail.effects === null || detail.effects.length === 0 ? [] : [effects(detail)]),
    ...(detail.verdicts.length === 0 ? [] : [verdicts(detail)]),
    ...(detail.disputes.length === 0 ? [] : [disputes(detail)]),
    ...(proven.kind === "proof" ? [proofText(proven.proof)] : []),
  ].join("\n\n");
  const proof = proven.kind === "proof" ? proven.proof : null;
  if (proven.kind === "none") terminal.say(`Not proven: ${proven.reason}`);
  const isFalse = proof !== null && !proof.isProven;
  return outcome({ ...detail, proof }, text, isFalse ? EXIT.failed : EXIT.ok);
}

async function prove(place: Place, node: NodeApi, detail: ExecutionDetail): Promise<Proof> {
  if (detail.bundleSha256 === null) return { kind: "none", reason: "nothing is recorded yet" };
  if (place.rpcUrl === null) return { kind: "none", reason: "no endpoint of the ledger (--rpc)" };
  const bundle = await node.bundle(detail.executionId);
  if (bundle === null) return { kind: "none", reason: "nobody who was asked holds the bundle" };
  return { kind: "proof", proof: await proveActions(ledgerOf(place), detail, bundle) };
}

function summary(detail: ExecutionDetail): string {
  const { executionId, intentNo, intentHash, trigger, ordinal, t0Sec, state, batch } = detail;
  const entries: (readonly [string, string])[] = [
    ["execution", executionId],
    ["intent", `${intentNo}  ${intentHash}`],
    ["fired", `${timeText(t0Sec)}, ${trigger}${trigger === "event" ? "" : ` ${ordinal}`}`],
    ["state", detail.reason === null ? state : `${state}: ${detail.reason}`],
    ["attempt", String(detail.attempt)],
  ];
  if (detail.status !== null) entries.push(["ended", detail.status]);
  const sandbox = sandboxText(detail);
  if (sandbox !== null) entries.push(["sandbox", sandbox]);
  if (batch !== null) {
    entries.push(["holder", `node ${batch.nodeNo} of operator ${batch.operatorNo ?? "?"}`]);
    entries.push([
      "batch",
      `${batch.batchNo}, position ${detail.batchIndex ?? 0} of ${batch.count}, ${batch.status}`,
    ]);
    if (batch.recordBlock !== null) entries.push(["recorded", `block ${batch.recordBlock}`]);
  }
  return pairs(entries);
}

function effects({ effects: rows }: ExecutionDetail): string {
  const cells = (rows ?? []).map((effect) => [
    effect.stepId,
    effect.kind,
    String(effect.try),
    effect.status,
    effect.level,
  ]);
  return table(["STEP", "KIND", "TRY", "ENDED", "LEVEL"], cells);
}

function verdicts({ verdicts: rows }: ExecutionDetail): string {
  const cells = rows.map((seat) => [
    String(seat.draw),
    String(seat.nodeNo),
    String(seat.operatorNo ?? "?"),
    seat.verdict,
  ]);
  return table(["DRAW", "NODE", "OPERATOR", "VERDICT"], cells);
}

function disputes({ disputes: rows }: ExecutionDetail): string {
  const cells = rows.map(({ disputeNo, fault, leaf, accusedNo, state }) => [
    String(disputeNo),
    fault,
    String(leaf),
    String(accusedNo),
    state,
  ]);
  return table(["DISPUTE", "FAULT", "LEAF", "ACCUSED", "STATE"], cells);
}

function proofText(proof: ActionsProof): string {
  const path = (hashes: readonly Hex[]): string => `${hashes.length} siblings`;
  const actions = proof.actions.map(
    ({ leaf, leafHash, transcriptPath }) => `  leaf ${leaf}  ${leafHash}  ${path(transcriptPath)}`,
  );
  const who = `node ${proof.nodeNo}, key ${proof.signer ?? "none"}`;
  return [
    proof.isProven ? "Proven back to the batch's signature:" : "NOT PROVEN:",
    ...actions,
    `  transcript root  ${proof.transcriptRoot}`,
    `  records root     ${proof.recordRoot}  ${path(proof.recordPath)}`,
    `  signed           ${proof.digest}`,
    `  by               ${who}`,
  ].join("\n");
}
