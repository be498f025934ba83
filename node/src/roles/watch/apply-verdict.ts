import type { EventOf } from "@deed/sdk";
import type { ExecutionState } from "../../store/executions.ts";
import { batchOf } from "./apply-record.ts";
import type { FactsContext } from "./facts-context.ts";

/** After the draws come the votes of all (spec 06). */
const VOTE_DRAW = 3;

/** Execution by execution: disputed, to a new draw, or final (spec 06). */
export function applyFinalised(context: FactsContext, event: EventOf<"Finalised">): void {
  const batch = batchOf(context, event.batchNo);
  const judged = event.draw === 0 ? batch.posted : batch.pending;
  const final = judged & ~event.fault & ~event.pending;
  const disputed = batch.disputed | event.fault;
  const isSettled = event.pending === 0n;
  context.tables.batches.update(
    { batchNo: event.batchNo },
    {
      pending: event.pending,
      disputed,
      round: event.round === 0 ? batch.round : event.round,
      draw: nextDraw(event),
      status: isSettled ? "settled" : "recorded",
      settledBlock: isSettled ? event.place.blockNumber : null,
      updatedMs: context.nowMs,
    },
  );
  setStates(context, event.batchNo, final, "final");
  for (const seat of event.seats) {
    context.tables.verdicts.insertIfAbsent({
      batchNo: event.batchNo,
      draw: event.draw,
      nodeNo: seat.nodeNo,
      recordBlockHash: event.recordBlockHash,
      commitmentsHash: "0x",
      fault: seat.fault,
      unable: seat.unable,
      report: event.reports[event.seats.indexOf(seat)] ?? "0x",
      reportHash: seat.reportHash,
      salt: seat.salt,
      auditSeq: seat.auditSeq,
      auditHead: seat.auditHead,
      signature: seat.signature,
      receivedMs: context.nowMs,
    });
  }
}

/** A verdict that was opened on the ledger: its report must be known to whoever opens a dispute. */
export function applyVerdictRevealed(
  context: FactsContext,
  event: EventOf<"VerdictRevealed">,
): void {
  const { batchNo, draw, verdict, report } = event;
  const { recordBlockHash } = batchOf(context, batchNo);
  context.tables.verdicts.insertIfAbsent({
    ...verdict,
    batchNo,
    draw,
    recordBlockHash: recordBlockHash ?? "0x",
    commitmentsHash: "0x",
    report,
    receivedMs: context.nowMs,
  });
}

/** The draw that the batch waits for next; the same when it waits for none. */
function nextDraw({ draw, pending, round }: EventOf<"Finalised">): number {
  if (pending === 0n) return draw;
  return round === 0 ? VOTE_DRAW : draw + 1;
}

/** A dispute's or a vote's outcome for one execution. */
export function applySettled(context: FactsContext, event: EventOf<"ExecutionSettled">): void {
  const batch = batchOf(context, event.batchNo);
  const bit = 1n << BigInt(event.index);
  const isFinal = event.verified && !event.upheld;
  const pending = batch.pending & ~bit;
  context.tables.batches.update(
    { batchNo: event.batchNo },
    {
      pending,
      disputed: batch.disputed & ~bit,
      voided: isFinal ? batch.voided : batch.voided | bit,
      status: pending === 0n ? "settled" : batch.status,
      updatedMs: context.nowMs,
    },
  );
  setStates(context, event.batchNo, bit, isFinal ? "final" : "void");
}

export function applyExpired(context: FactsContext, event: EventOf<"BatchExpired">): void {
  context.tables.batches.update(
    { batchNo: event.batchNo },
    { status: "expired", updatedMs: context.nowMs },
  );
}

function setStates(
  context: FactsContext,
  batchNo: number,
  bits: bigint,
  state: ExecutionState,
): void {
  context.tables.executions.updateStateOfBatch(batchNo, bits, state, context.nowMs);
}
