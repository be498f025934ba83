import {
  type BatchItem,
  denseOccurrenceId,
  executionId,
  type Hex,
  leafOfWords,
  merkleRoot,
  tickTimeSec,
  triggerKindOf,
} from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { EventOf } from "@deed/sdk";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import { setBits } from "../set-bits.ts";
import { type LedgerEntry, readEntries } from "./claim-entries.ts";
import { FactError, type FactsContext } from "./facts-context.ts";

interface NamedItem {
  readonly item: BatchItem;
  /** As on the ledger; the item's is rounded where it is beyond 2^53. */
  readonly ordinal: bigint;
  readonly occurrenceId: Hex;
  readonly intent: IntentRow;
}

/** First attempts: the accepted entries, renumbered from 0 (spec 03). */
export function applyClaimed(context: FactsContext, event: EventOf<"Claimed">): void {
  const entries = readEntries(event.kind, event.items);
  const named = setBits(event.accepted).map((index) => {
    const entry = entries[index];
    const item = entry === undefined ? null : nameEntry(context, entry);
    if (item !== null) return item;
    throw new FactError({ code: "FACT_WITHOUT_ENTRY", batchNo: event.batchNo, index });
  });
  putBatch(context, event, event.kind, event.leaseClass, named);
}

/** Later attempts: the items come in full. */
export function applyReclaimed(context: FactsContext, event: EventOf<"Reclaimed">): void {
  const named = event.items.map((item): NamedItem => {
    const intent = intentOf(context, item.intentNo);
    const known = context.tables.executions.get({ executionId: item.executionId });
    return {
      item: { ...item, ordinal: Number(item.ordinal) },
      ordinal: item.ordinal,
      occurrenceId: known?.occurrenceId ?? occurrenceOfItem(intent, item),
      intent,
    };
  });
  const first = named[0];
  if (first === undefined) return;
  putBatch(context, event, first.intent.kind, first.intent.leaseClass, named);
}

function nameEntry(context: FactsContext, entry: LedgerEntry): NamedItem | null {
  const { intentNo, ordinal, occurrenceId } = entry;
  const intent = intentOf(context, intentNo);
  const t0Sec = entry.t0Sec ?? tickTimeSec(intent, Number(ordinal));
  if (t0Sec === null) return null;
  const name = executionId(context, intent.intentHash, occurrenceId);
  const item = { executionId: name, intentNo, attempt: 1, ordinal: Number(ordinal), t0Sec };
  return { item, ordinal, occurrenceId, intent };
}

/** An execution that was never seen before its second attempt: only events have another name than their number. */
function occurrenceOfItem(
  intent: IntentRow,
  item: { readonly executionId: Hex; readonly ordinal: bigint },
): Hex {
  const kind = triggerKindOf(intent.kind);
  if (kind === null || kind === "event") return item.executionId;
  return denseOccurrenceId(kind, item.ordinal);
}

function rootOf(named: readonly NamedItem[]): Hex {
  return merkleRoot(
    named.map(({ item, ordinal }) =>
      leafOfWords([item.executionId, item.intentNo, item.attempt, ordinal, item.t0Sec]),
    ),
  );
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
    itemsRoot: rootOf(named),
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
  // No node fires or executes such a number, and no verifier finds it right (spec 02).
  if (!Number.isSafeInteger(item.ordinal)) return;
  const held = {
    state: "claimed",
    // What the ledger says of it counts, whatever this node saw.
    t0Sec: item.t0Sec,
    attempt: item.attempt,
    batchNo: event.batchNo,
    batchIndex,
    holderNode: event.nodeNo,
    nextRankAtMs: null,
    reason: null,
    updatedMs: context.nowMs,
  } as const;
  const { executions } = context.tables;
  const known = executions.get({ executionId: item.executionId });
  if (known !== null) {
    // What this node saw at another time is not what was claimed: nobody can find an attempt at it right.
    const payload = known.t0Sec === item.t0Sec ? known.payload : null;
    executions.update({ executionId: item.executionId }, { ...held, payload });
    return;
  }
  const row: ExecutionRow = {
    executionId: item.executionId,
    intentNo: item.intentNo,
    intentHash: intent.intentHash,
    occurrenceId,
    kind: intent.kind,
    leaseClass: intent.leaseClass,
    ordinal: item.ordinal,
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

/** What the ledger and the fires alone say of an occurrence; an event's log and a height's block are for the watchers. */
function knownPayload(
  context: FactsContext,
  intent: IntentRow,
  item: BatchItem,
): OccurrencePayload | null {
  const kind = triggerKindOf(intent.kind);
  if (kind === "interval" || kind === "cron" || kind === "start") {
    return { kind, ordinal: item.ordinal };
  }
  if (kind !== "manual") return null;
  const { intentHash } = intent;
  const fire = context.tables.fires.get({ intentHash, ordinal: item.ordinal });
  if (fire === null || fire.firedAtSec !== item.t0Sec) return null;
  const { ordinal, input, firedAtSec, validUntilSec, signature } = fire;
  return { kind: "manual", ordinal, input, firedAtSec, validUntilSec, signature };
}

function intentOf(context: FactsContext, intentNo: number): IntentRow {
  const intent = context.tables.intents.get({ intentNo });
  if (intent === null) throw new FactError({ code: "FACT_UNKNOWN_INTENT", intentNo });
  return intent;
}
