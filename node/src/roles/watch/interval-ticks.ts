import {
  CATCH_UP_ALL,
  denseOccurrenceId,
  executionId,
  TRIGGER_KINDS,
} from "@deed/protocol/encoding";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";

/** How far back ticks are caught up. */
export interface TickWindow {
  readonly nowSec: number;
  /** Time in which every rank has its turn: younger ticks were not missed. */
  readonly turnsSec: number;
  /** At most so many ticks of one intent at once. */
  readonly limit: number;
}

/** Ordinals k ≥ 1 with start + k·period in the window, newest last. */
export function dueOrdinals(
  intent: Pick<IntentRow, "start" | "period" | "catchUp" | "validUntilSec">,
  window: TickWindow,
): readonly number[] {
  const { start, period } = intent;
  const untilSec = Math.min(window.nowSec, intent.validUntilSec);
  const last = Math.floor((untilSec - start) / period);
  const inTurn = Math.ceil((window.nowSec - window.turnsSec - start) / period);
  const wanted = intent.catchUp === CATCH_UP_ALL ? 1 : Math.min(inTurn, last - intent.catchUp + 1);
  const first = Math.max(1, wanted, last - window.limit + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/**
 * Ticks of all accepted interval intents. It remembers the intents, read again when they change, and
 * the newest tick of each, so that a look costs nothing while none is due.
 */
export class TickBook {
  readonly #store: Store;
  readonly #ledger: LedgerName;
  #intents: readonly IntentRow[] | null = null;
  /** Newest ordinal that is in the store, by intent. */
  #newest = new Map<number, number>();

  constructor(parts: { readonly store: Store; readonly ledger: LedgerName }) {
    this.#store = parts.store;
    this.#ledger = parts.ledger;
    parts.store.onCommit((touched) => {
      if (touched.has("intents")) this.#intents = null;
    });
  }

  /** Stores the ticks that came. @returns how many are new. */
  async insertDue(window: TickWindow): Promise<number> {
    const rows = this.#accepted().flatMap((intent) => {
      const newest = this.#newest.get(intent.intentNo) ?? 0;
      const ordinals = dueOrdinals(intent, window).filter((ordinal) => ordinal > newest);
      return ordinals.map((ordinal) => tick(intent, ordinal, this.#ledger, window.nowSec));
    });
    if (rows.length === 0) return 0;
    const inserted = await this.#store.writeDerived(
      (tables) => rows.filter((row) => tables.executions.insertIfAbsent(row)).length,
    );
    for (const { intentNo, ordinal } of rows) this.#newest.set(intentNo, ordinal);
    return inserted;
  }

  /** The store was rolled back: ticks may be gone from it. */
  forget(): void {
    this.#intents = null;
    this.#newest.clear();
  }

  /** When the next tick comes, in seconds; null when there is none. */
  nextSec(nowSec: number): number | null {
    let next: number | null = null;
    for (const { start, period, validUntilSec } of this.#accepted()) {
      const passed = Math.max(0, Math.floor((nowSec - start) / period));
      const atSec = start + (passed + 1) * period;
      if (atSec <= validUntilSec && (next === null || atSec < next)) next = atSec;
    }
    return next;
  }

  #accepted(): readonly IntentRow[] {
    if (this.#intents !== null) return this.#intents;
    this.#intents = this.#store.read.intents.accepted(TRIGGER_KINDS.interval);
    const known = new Set(this.#intents.map(({ intentNo }) => intentNo));
    this.#newest = new Map([...this.#newest].filter(([intentNo]) => known.has(intentNo)));
    return this.#intents;
  }
}

function tick(
  intent: IntentRow,
  ordinal: number,
  ledger: LedgerName,
  nowSec: number,
): ExecutionRow {
  const occurrenceId = denseOccurrenceId("interval", ordinal);
  return dueExecution(intent, {
    executionId: executionId(ledger, intent.intentHash, occurrenceId),
    occurrenceId,
    ordinal,
    t0Sec: intent.start + ordinal * intent.period,
    payload: { kind: "interval", ordinal },
    seenBlock: null,
    nowMs: nowSec * 1000,
  });
}
