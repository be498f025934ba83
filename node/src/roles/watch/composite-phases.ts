import {
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  type Hex,
} from "@deed/protocol/encoding";
import { cronNewest, cronNext, parseCron, type RepeatTrigger } from "@deed/protocol/plan";
import type { OccurrencePayload, PhasePayload } from "@deed/protocol/runtime";
import type { FirstOccurrence } from "../../chain-events/first-occurrence.ts";
import type { SeenEvent } from "../../chain-events/read-occurrence.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";

/** How far back occurrences may still be claimed, and how many are stored at once. */
export interface PhaseWindow {
  readonly nowSec: number;
  readonly claimWindowSec: number;
  readonly limit: number;
}

/** One occurrence of a composite. */
export interface PhaseOccurrence {
  readonly occurrenceId: Hex;
  readonly t0Sec: number;
  readonly phase: "first" | "repeat";
  readonly of: PhasePayload;
}

type Ticking = Exclude<RepeatTrigger, { kind: "event" }>;

/** Ticks after the first occurrence that are due and may still be claimed, the newest `limit` of them. */
export function dueTicks(
  repeat: Ticking,
  first: Pick<FirstOccurrence, "t0Sec">,
  { nowSec, claimWindowSec, limit }: PhaseWindow,
): readonly PhaseOccurrence[] {
  const oldestSec = nowSec - claimWindowSec;
  if (repeat.kind === "interval") {
    const { periodSec } = repeat;
    const last = Math.floor((nowSec - first.t0Sec) / periodSec);
    const inTime = Math.ceil((oldestSec - first.t0Sec) / periodSec);
    const from = Math.max(1, inTime, last - limit + 1);
    const ordinals = Array.from({ length: Math.max(0, last - from + 1) }, (_, at) => from + at);
    return ordinals.map((ordinal) => tick("interval", ordinal, first.t0Sec + ordinal * periodSec));
  }
  const cron = parseCron(repeat.expression);
  if ("problem" in cron) return [];
  const after = Math.floor(Math.max(first.t0Sec, oldestSec - 1) / 60);
  const minutes = cronNewest(cron, [after, Math.floor(nowSec / 60)], limit);
  return minutes.map((minute) => tick("cron", minute, minute * 60));
}

/** When the next tick comes. */
export function nextTickSec(
  repeat: Ticking,
  first: Pick<FirstOccurrence, "t0Sec">,
  nowSec: number,
): number | null {
  if (repeat.kind === "interval") {
    const passed = Math.max(0, Math.floor((nowSec - first.t0Sec) / repeat.periodSec));
    return first.t0Sec + (passed + 1) * repeat.periodSec;
  }
  const cron = parseCron(repeat.expression);
  if ("problem" in cron) return null;
  return cronNext(cron, Math.floor(Math.max(nowSec, first.t0Sec) / 60)) * 60;
}

function tick(kind: "interval" | "cron", ordinal: number, t0Sec: number): PhaseOccurrence {
  const occurrenceId = denseOccurrenceId(kind, ordinal);
  return { occurrenceId, t0Sec, phase: "repeat", of: { kind, ordinal } };
}

export function firstPhase({ occurrenceId, t0Sec, payload }: FirstOccurrence): PhaseOccurrence {
  return { occurrenceId, t0Sec, phase: "first", of: payload };
}

export function eventPhase({ payload, blockTimeSec }: SeenEvent): PhaseOccurrence {
  const occurrenceId = eventOccurrenceId(payload);
  return { occurrenceId, t0Sec: blockTimeSec, phase: "repeat", of: payload };
}

/** A row that the claim role may take up. */
export function phaseRow(
  intent: IntentRow,
  ledger: LedgerName,
  { occurrenceId, t0Sec, phase, of }: PhaseOccurrence,
  nowMs: number,
): ExecutionRow {
  const payload: OccurrencePayload = { kind: "composite", phase, of };
  return dueExecution(intent, {
    executionId: executionId(ledger, intent.intentHash, occurrenceId),
    occurrenceId,
    ordinal: 0,
    t0Sec,
    payload,
    seenBlock: of.kind === "event" ? of.blockNumber : null,
    nowMs,
  });
}
