import {
  type AuditedContracts,
  type ExportedBatch,
  type ExportedExecution,
  type ExportedRun,
  parseBundle,
} from "@deed/protocol/bundle";
import { denseOccurrenceId, eventOccurrenceId, type Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Occurrence, OccurrencePayload } from "@deed/protocol/runtime";
import type { Deployment } from "../ledger/deployment.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { NodeApi } from "../node-api/client.ts";
import type { BatchView, ExecutionDetail } from "../node-api/execution-messages.ts";
import { patientNode } from "../node-api/patient-node.ts";
import { wait } from "../node-api/wait.ts";
import { proveReceipts, readHeaders } from "./block-proofs.ts";
import { ExportError } from "./export-error.ts";
import { collectLogs } from "./ledger-evidence.ts";

/** What an export asks a node. */
type ExportedNode = Pick<NodeApi, "execution" | "intent" | "bundle">;

/** Whom an export asks. Nobody's word is taken: the audit proves each piece. */
export interface ExportParts {
  readonly ledger: Ledger;
  /** For bundles and plans, and for where an execution stands. */
  readonly nodeApi: ExportedNode;
  /** Told what is being done, for people. */
  readonly onProgress?: (message: string) => void;
}

export interface ExportOptions {
  /** Block to which all headers lead. Left out: the newest that holds something of the runs. */
  readonly anchorBlock?: number;
}

/** An exported run, and the block whose hash an auditor has to have from elsewhere. */
export interface Exported {
  readonly run: ExportedRun;
  readonly anchor: { readonly block: number; readonly hash: Hex };
}

interface Placed {
  readonly detail: ExecutionDetail;
  readonly batch: BatchView;
  readonly index: number;
}

/**
 * Collects everything that proves executions, to be audited without asking anyone. Executions of one batch
 * share what they have in common. Errors: ExportError, RpcError, NodeApiError.
 */
export async function exportRun(
  given: ExportParts,
  executionIds: readonly Hex[],
  options: ExportOptions = {},
): Promise<Exported> {
  const { ledger } = given;
  const say = given.onProgress ?? (() => undefined);
  const parts = { ...given, nodeApi: patientNode(given.nodeApi, { say, wait }) };
  say(`Asking the node for ${executionIds.length} executions`);
  const placed = await inTurns(executionIds, (id) => place(parts, id));
  const executions = await inTurns(placed, (one) => exportedExecution(parts, one));
  const intentHashes = [...new Set(placed.map(({ detail }) => detail.intentHash))];
  const batches = new Map(placed.map(({ batch }) => [batch.batchNo, batch]));
  say("Looking for what the ledger says of them");
  const head = await ledger.head();
  const toBlock = options.anchorBlock ?? head.number;
  const logs = await collectLogs(ledger, {
    intentHashes,
    batchNos: [...batches.keys()],
    executionIds,
    toBlock,
  });
  const numbers = logs.map((log) => Number(log.blockNumber));
  const from = numbers.reduce((least, number) => Math.min(least, number), toBlock);
  const newest = numbers.reduce((most, number) => Math.max(most, number), from);
  const anchor = options.anchorBlock ?? newest;
  say(`Reading headers of blocks ${from} to ${anchor}`);
  const headers = await readHeaders(ledger, from, anchor);
  say("Proving the receipts");
  const receipts = await proveReceipts(ledger, logs, headers);
  const run: ExportedRun = {
    run: "deed.run.1",
    chainId: ledger.deployment.chainId,
    contracts: contractsOf(ledger.deployment),
    headers: [...headers.values()].map(({ header }) => header),
    receipts,
    plans: await plansOf(parts, intentHashes),
    batches: [...batches.values()].map(exportedBatch),
    executions,
  };
  const { hash } = headers.get(anchor)!;
  return { run, anchor: { block: anchor, hash } };
}

async function place({ nodeApi }: ExportParts, executionId: Hex): Promise<Placed> {
  const detail = await nodeApi.execution(executionId);
  if (detail === null) throw new ExportError({ code: "EXPORT_UNKNOWN_EXECUTION", executionId });
  const { batch, batchIndex, bundleSha256, state } = detail;
  if (batch === null || batchIndex === null || bundleSha256 === null) {
    throw new ExportError({ code: "EXPORT_NOT_RECORDED", executionId, state });
  }
  return { detail, batch, index: batchIndex };
}

async function exportedExecution(
  { nodeApi }: ExportParts,
  { detail, batch, index }: Placed,
): Promise<ExportedExecution> {
  const { executionId, intentHash } = detail;
  const bundle = await nodeApi.bundle(executionId);
  if (bundle === null) throw new ExportError({ code: "EXPORT_NO_BUNDLE", executionId });
  return {
    executionId,
    intentHash,
    batchNo: batch.batchNo,
    index,
    itemPath: batch.itemPath,
    occurrence: occurrenceOf(executionId, bundle),
    bundle,
  };
}

/** What fired the execution, as its first leaf says; the audit checks that the name follows from it. */
function occurrenceOf(executionId: Hex, bundle: string): Occurrence {
  const parsed = parseBundle(bundle);
  const bad = (detail: string) =>
    new ExportError({ code: "EXPORT_BAD_BUNDLE", executionId, detail });
  if (parsed.kind === "malformed") throw bad(parsed.detail);
  const [first] = parsed.bundle.leaves;
  const input = first?.input as { readonly now?: unknown; readonly trigger?: unknown } | undefined;
  if (first?.kind !== "TRIGGER" || typeof input?.now !== "number") throw bad("no trigger");
  const payload = input.trigger as OccurrencePayload;
  const occurrenceId = occurrenceIdOf(payload);
  if (occurrenceId === null) throw bad("kind of trigger");
  return { executionId, occurrenceId, nowSec: input.now, payload };
}

function occurrenceIdOf(payload: OccurrencePayload): Hex | null {
  switch (payload?.kind) {
    case "event":
      return eventOccurrenceId(payload);
    case "interval":
    case "manual":
    case "cron":
    case "block":
    case "start":
      return denseOccurrenceId(payload.kind, payload.ordinal);
    default:
      return null;
  }
}

async function plansOf(
  { nodeApi }: ExportParts,
  intentHashes: readonly Hex[],
): Promise<ExportedRun["plans"]> {
  const plans: { [intentHash: Hex]: Plan } = {};
  for (const intentHash of intentHashes) {
    const plan = (await nodeApi.intent(intentHash))?.plan ?? null;
    // Without it the audit says what it could not check; what is no plan fails there, by its hash.
    if (plan !== null) plans[intentHash] = plan as unknown as Plan;
  }
  return plans;
}

function exportedBatch({ batchNo, itemsRoot }: BatchView): ExportedBatch {
  return { batchNo, itemsRoot };
}

/** The contracts that an audit reads. */
export function contractsOf(deployment: Deployment): AuditedContracts {
  const { intents, executions, registry, beacon, disputes, gateway } = deployment;
  return { intents, executions, registry, beacon, disputes, gateway };
}

const AT_ONCE = 16;

/** A few at a time, in order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))));
  }
  return results;
}
