import {
  type BatchItem,
  type ClaimEntry,
  executionId,
  type Hex,
  intervalOccurrenceId,
  itemsRoot,
  manualOccurrenceId,
  TRIGGER_KINDS,
  unpackEntries,
} from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { EventOf } from "@deed/sdk";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import { type FactsContext, setBits } from "./facts-context.ts";

interface NamedItem {
  readonly item: BatchItem;
  readonly occurrenceId: Hex;
  readonly intent: IntentRow;
}

/** First attempts: the accepted entries, renumbered from 0 (spec 03). */
export function applyClaimed(context: FactsContext, event: EventOf<"Claimed">): void {
  const entries = unpackEntries(event.kind, event.items);
  const named = setBits(event.accepted).map((index) => nameEntry(context, entries[index]));
  putBatch(context, event, event.kind, event.leaseClass, named);
}

/** Later attempts: the items come in full. */
export function applyReclaimed(context: FactsContext, event: EventOf<"Reclaimed">): void {
  const named = event.items.map((item): NamedItem => {
    const ordinal = Number(item.ordinal);
    const known = context.tables.executions.get({ executionId: item.executionId });
    return {
      item: { ...item, ordinal },
      occurrenceId: known?.occurrenceId ?? item.executionId,
      intent: intentOf(context, item.intentNo),
    };
  });
  const first = named[0];
  if (first === undefined) return;
  putBatch(context, event, first.intent.kind, first.intent.leaseClass, named);
}

function nameEntry(context: FactsContext, entry: ClaimEntry | undefined): NamedItem {
  if (entry === undefined) throw new RangeError("an accepted bit without an entry");
  const intent = intentOf(context, entry.intentNo);
  const { ordinal, occurrenceId, t0Sec } = occurrenceOf(entry, intent);
  const name = executionId(context, intent.intentHash, occurrenceId);
  const item = { executionId: name, intentNo: entry.intentNo, attempt: 1, ordinal, t0Sec };
  return { item, occurrenceId, intent };
}

function occurrenceOf(
  entry: ClaimEntry,
  intent: IntentRow,
): { ordinal: number; occurrenceId: Hex; t0Sec: number } {
  switch (entry.kind) {
    case "event":
      return { ordinal: 0, occurrenceId: entry.occurrenceId, t0Sec: entry.t0Sec };
    case "interval":
      return {
        ordinal: entry.ordinal,
        occurrenceId: intervalOccurrenceId(entry.ordinal),
        t0Sec: intent.startSec + entry.ordinal * intent.periodSec,
      };
    case "manual":
      return {
        ordinal: entry.ordinal,
        occurrenceId: manualOccurrenceId(entry.ordinal),
        t0Sec: entry.firedAtSec,
      };
  }
}

function putBatch(
  context: FactsContext,
  event: EventOf<"Claimed"> | EventOf<"Reclaimed">,
  kind: number,
  leaseClass: number,
  named: readonly NamedItem[],
): void {
  const items = named.map(({ item }) => item);
  const row: BatchRow = {
    batchNo: event.batchNo,
    nodeNo: event.nodeNo,
    generation: event.generation,
    deadlineSec: event.deadlineSec,
    kind,
    leaseClass,
    count: items.length,
    items,
    itemsRoot: itemsRoot(items),
    status: "claimed",
    mine: event.nodeNo === context.ownNodeNo,
    submittedBy: null,
    claimBlock: event.place.blockNumber,
    claimTx: event.place.txHash,
    posted: 0n,
    recordRoot: null,
    records: null,
    recordBlock: null,
    recordBlockHash: null,
    recordAuditSeq: null,
    recordAuditHead: null,
    recordSignature: null,
    round: null,
    draw: 0,
    pending: 0n,
    disputed: 0n,
    voided: 0n,
    settledBlock: null,
    updatedMs: context.nowMs,
  };
  context.tables.batches.put(row);
  for (const [index, entry] of named.entries()) holdExecution(context, event, index, entry);
}

function holdExecution(
  context: FactsContext,
  event: EventOf<"Claimed"> | EventOf<"Reclaimed">,
  batchIndex: number,
  { item, occurrenceId, intent }: NamedItem,
): void {
  const held = {
    state: "claimed",
    attempt: item.attempt,
    batchNo: event.batchNo,
    batchIndex,
    holderNode: event.nodeNo,
    nextRankAtMs: null,
    reason: null,
    updatedMs: context.nowMs,
  } as const;
  const { executions } = context.tables;
  if (executions.update({ executionId: item.executionId }, held)) return;
  const row: ExecutionRow = {
    executionId: item.executionId,
    intentNo: item.intentNo,
    intentHash: intent.intentHash,
    occurrenceId,
    kind: intent.kind,
    leaseClass: intent.leaseClass,
    ordinal: item.ordinal,
    t0Sec: item.t0Sec,
    payload: knownPayload(context, intent, item),
    seenBlock: event.place.blockNumber,
    status: null,
    transcriptRoot: null,
    bundleSha256: null,
    record: null,
    dueAtMs: item.t0Sec * 1000,
    createdMs: context.nowMs,
    ...held,
  };
  executions.insert(row);
}

/** What the ledger and the fires alone say of an occurrence; an event's log is for the chain watcher. */
function knownPayload(
  context: FactsContext,
  intent: IntentRow,
  item: BatchItem,
): OccurrencePayload | null {
  if (intent.kind === TRIGGER_KINDS.interval) return { kind: "interval", ordinal: item.ordinal };
  if (intent.kind !== TRIGGER_KINDS.manual) return null;
  const { intentHash } = intent;
  const fire = context.tables.fires.get({ intentHash, ordinal: item.ordinal });
  if (fire === null) return null;
  const { ordinal, input, firedAtSec, validUntilSec, signature } = fire;
  return { kind: "manual", ordinal, input, firedAtSec, validUntilSec, signature };
}

function intentOf(context: FactsContext, intentNo: number): IntentRow {
  const intent = context.tables.intents.get({ intentNo });
  if (intent === null)
    throw new RangeError(`a claim of intent ${intentNo} before its registration`);
  return intent;
}
