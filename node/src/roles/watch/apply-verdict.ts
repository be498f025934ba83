import { commitmentsHash, verdictCommitment } from "@deed/protocol/encoding";
import { contradictedFault, contradictedVerdict, verdictEquivocation } from "@deed/protocol/verify";
import type { EventOf } from "@deed/sdk";
import { queueEvidence, shownVerdict } from "../../judge/queued-evidence.ts";
import type { ExecutionState } from "../../store/executions.ts";
import type { VerdictRow } from "../../store/verdicts.ts";
import { batchOf } from "./apply-record.ts";
import type { FactsContext } from "./facts-context.ts";

/** After the draws come the votes of all (spec 06). */
const VOTE_DRAW = 3;
/** Verdicts that came one by one: what they name is checked by the contract and not said again. */
const UNSAID = "0x";

/** Execution by execution: disputed, to a new draw, or final (spec 06). */
export function applyFinalised(context: FactsContext, event: EventOf<"Finalised">): void {
  const batch = batchOf(context, event.batchNo);
  const judged = event.draw === 0 ? batch.posted : batch.pending;
  // What evidence voided stays void, whatever the seats said of it.
  const final = judged & ~event.fault & ~event.pending & ~batch.voided;
  const disputed = batch.disputed | (event.fault & ~batch.voided);
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
  const { batchNo, draw, recordBlockHash } = event;
  const openings = event.seats.map((seat) => verdictCommitment({ ...seat, batchNo, draw }));
  // What the ledger took counts: a seat may have shown this node another verdict.
  for (const [index, { signature, ...seat }] of event.seats.entries()) {
    const row: VerdictRow = {
      ...seat,
      batchNo,
      draw,
      recordBlockHash,
      commitmentsHash: commitmentsHash(openings),
      report: event.reports[index] ?? "0x",
      signature,
      receivedMs: context.nowMs,
    };
    noteSecondVerdict(context, row);
    context.tables.verdicts.put(row);
  }
}

/** Both are signed: a peer's was checked when it came, the ledger's by the contract. */
function noteSecondVerdict({ tables }: FactsContext, row: VerdictRow): void {
  const { batchNo, draw, nodeNo } = row;
  const known = tables.verdicts.get({ batchNo, draw, nodeNo });
  const [before, after] = [known === null ? null : shownVerdict(known), shownVerdict(row)];
  if (before === null || after === null) return;
  const evidence = verdictEquivocation(nodeNo, before, after);
  if (evidence !== null) queueEvidence(tables, evidence);
}

/** What seats had to see was proven afterwards: who found it right answers for that (spec 07). */
export function applyFaultProven(
  { tables }: FactsContext,
  { fault: no, batchNo, index }: EventOf<"FaultProven">,
): void {
  const fault = contradictedFault(no);
  if (fault === null) return;
  for (const row of tables.verdicts.ofDraw(batchNo, 0)) {
    const verdict = shownVerdict(row);
    if (verdict === null) continue;
    const evidence = contradictedVerdict(row.nodeNo, verdict, { fault, index });
    if (evidence !== null) queueEvidence(tables, evidence);
  }
}

/** A verdict that was opened on the ledger: its report must be known to whoever opens a dispute. */
export function applyVerdictRevealed(
  context: FactsContext,
  event: EventOf<"VerdictRevealed">,
): void {
  const { batchNo, draw, verdict, report } = event;
  const { recordBlockHash } = batchOf(context, batchNo);
  context.tables.verdicts.put({
    ...verdict,
    batchNo,
    draw,
    recordBlockHash: recordBlockHash ?? UNSAID,
    commitmentsHash: UNSAID,
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
  const voided = isFinal ? batch.voided : batch.voided | bit;
  // A dispute is settled while other positions may wait for their draw; the last that waits ends the batch.
  const left = batch.draw === 0 ? batch.posted & ~voided : pending;
  const isLast = left === 0n && batch.status === "recorded";
  context.tables.batches.update(
    { batchNo: event.batchNo },
    {
      pending,
      disputed: batch.disputed & ~bit,
      voided,
      status: isLast ? "settled" : batch.status,
      settledBlock: isLast ? event.place.blockNumber : batch.settledBlock,
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
