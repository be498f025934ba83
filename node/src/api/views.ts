import {
  decodeRecord,
  EncodingError,
  type ExecutionRecord,
  faultName,
  type Hex,
  hexToBytes,
  itemLeaf,
  merklePath,
  TRIGGER_KINDS,
} from "@deed/protocol/encoding";
import type {
  BatchView,
  DisputeView,
  ExecutionSummary,
  IntentSummary,
  TriggerName,
  VerdictView,
} from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { DisputeRow } from "../store/disputes.ts";
import type { ExecutionRow } from "../store/executions.ts";
import type { IntentRow } from "../store/intents.ts";
import type { VerdictRow } from "../store/verdicts.ts";
import type { NodeView } from "./node-view.ts";

// Rows of the store as the API shows them.

export function intentSummaryOf(row: IntentRow): IntentSummary {
  const { intentNo, intentHash, owner, name, state, refusal } = row;
  const { start, period, catchUp, validUntilSec, registeredBlock, registeredTx, revokedBlock } =
    row;
  const { summary, maxExecutions, perHour } = row.intent;
  return {
    intentNo,
    intentHash,
    owner,
    name,
    summary,
    trigger: triggerName(row.kind),
    state,
    refusal,
    start,
    period,
    catchUp,
    validUntilSec,
    maxExecutions,
    perHour,
    registeredBlock,
    registeredTx,
    revokedBlock,
  };
}

export function executionSummaryOf(row: ExecutionRow): ExecutionSummary {
  const { executionId, intentNo, intentHash, kind, ordinal, t0Sec, state, reason } = row;
  const { attempt, batchNo, batchIndex, holderNode } = row;
  const record = readableRecord(row.record);
  return {
    executionId,
    intentNo,
    intentHash,
    trigger: triggerName(kind),
    ordinal,
    t0Sec,
    state,
    reason,
    attempt,
    batchNo,
    batchIndex,
    holderNode,
    status: record?.status ?? null,
    sandbox: record?.sandbox ?? null,
    adapter: record?.adapter ?? null,
    startedMs: record?.startedMs ?? null,
    endedMs: record?.endedMs ?? null,
  };
}

export function batchViewOf(node: NodeView, batch: BatchRow, index: number): BatchView {
  const { batchNo, nodeNo, generation, count, status, itemsRoot, claimBlock, claimTx } = batch;
  const { recordBlock, recordBlockHash, recordRoot, recordSignature, round, draw } = batch;
  const leaves = batch.items.map((item) => itemLeaf(item));
  return {
    batchNo,
    nodeNo,
    operatorNo: operatorOf(node, nodeNo),
    generation,
    count,
    status,
    itemsRoot,
    itemPath: index < leaves.length ? merklePath(leaves, index) : [],
    claimBlock,
    claimTx,
    recordBlock,
    recordBlockHash,
    recordRoot,
    recordSignature,
    round,
    draw,
  };
}

export function verdictViewOf(node: NodeView, row: VerdictRow, index: number): VerdictView {
  const has = (bits: bigint): boolean => ((bits >> BigInt(index)) & 1n) === 1n;
  return {
    draw: row.draw,
    nodeNo: row.nodeNo,
    operatorNo: operatorOf(node, row.nodeNo),
    verdict: has(row.fault) ? "fault" : has(row.unable) ? "unable" : "right",
    reportHash: row.reportHash,
  };
}

export function disputeViewOf(row: DisputeRow): DisputeView {
  const { disputeNo, accusedNo, state } = row;
  // What the voters found counts, not what was reported.
  const { fault, leaf } =
    state === "upheld" && row.foundFault !== null && row.foundLeaf !== null
      ? { fault: row.foundFault, leaf: row.foundLeaf }
      : row;
  return { disputeNo, fault: faultName(fault) ?? String(fault), leaf, accusedNo, state };
}

/** A record that nobody can read is on the ledger all the same. */
function readableRecord(record: Hex | null): ExecutionRecord | null {
  if (record === null) return null;
  try {
    return decodeRecord(hexToBytes(record));
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

function operatorOf(node: NodeView, nodeNo: number): number | null {
  return node.registry.node(nodeNo)?.operatorNo ?? null;
}

function triggerName(kind: number): TriggerName {
  const [name] = Object.entries(TRIGGER_KINDS).find(([, number]) => number === kind) ?? ["event"];
  return name as TriggerName;
}
