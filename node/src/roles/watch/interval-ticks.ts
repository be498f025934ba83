import { executionId, intervalOccurrenceId, TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { ReadTables, Tables } from "../../store/tables.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";

/** Ticks of one intent that came and are not in the store. Bounded by the claim window. */
export interface TickWindow {
  readonly nowSec: number;
  readonly claimWindowSec: number;
  /** At most so many ticks of one intent at once. */
  readonly limit: number;
}

/** Ordinals k ≥ 1 with start + k·period in the window, newest last. */
export function dueOrdinals(
  intent: Pick<IntentRow, "startSec" | "periodSec" | "validUntilSec">,
  window: TickWindow,
): readonly number[] {
  const { startSec, periodSec } = intent;
  const untilSec = Math.min(window.nowSec, intent.validUntilSec);
  const last = Math.floor((untilSec - startSec) / periodSec);
  const oldestSec = window.nowSec - window.claimWindowSec;
  const first = Math.max(1, Math.ceil((oldestSec - startSec) / periodSec), last - window.limit + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** Inserts the due ticks of all accepted interval intents. @returns how many are new. */
export function insertDueTicks(tables: Tables, ledger: LedgerName, window: TickWindow): number {
  let inserted = 0;
  for (const intent of tables.intents.accepted(TRIGGER_KINDS.interval)) {
    for (const ordinal of dueOrdinals(intent, window)) {
      if (tables.executions.insertIfAbsent(tick(intent, ordinal, ledger, window.nowSec))) {
        inserted += 1;
      }
    }
  }
  return inserted;
}

/** When the next tick of any accepted interval intent comes, in seconds; null when there is none. */
export function nextTickSec(tables: ReadTables, nowSec: number): number | null {
  const next = tables.intents.accepted(TRIGGER_KINDS.interval).flatMap((intent) => {
    const passed = Math.max(0, Math.floor((nowSec - intent.startSec) / intent.periodSec));
    const atSec = intent.startSec + (passed + 1) * intent.periodSec;
    return atSec <= intent.validUntilSec ? [atSec] : [];
  });
  return next.length === 0 ? null : Math.min(...next);
}

function tick(
  intent: IntentRow,
  ordinal: number,
  ledger: LedgerName,
  nowSec: number,
): ExecutionRow {
  const occurrenceId = intervalOccurrenceId(ordinal);
  return dueExecution(intent, {
    executionId: executionId(ledger, intent.intentHash, occurrenceId),
    occurrenceId,
    ordinal,
    t0Sec: intent.startSec + ordinal * intent.periodSec,
    payload: { kind: "interval", ordinal },
    seenBlock: null,
    nowMs: nowSec * 1000,
  });
}
