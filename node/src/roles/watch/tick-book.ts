import {
  CATCH_UP_ALL,
  denseOccurrenceId,
  executionId,
  type Hex,
  TRIGGER_KINDS,
  tickTimeSec,
} from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";
import { dueTicks, nextTickHeight, nextTickSec, type TickMoment } from "./due-ticks.ts";

const KINDS = (["interval", "cron", "block", "start"] as const).map((kind) => TRIGGER_KINDS[kind]);

/** Each height costs a look at its block. */
const MOST_BLOCKS = 50;

export interface TickBookParts {
  readonly store: Store;
  readonly ledger: LedgerName;
  /** A block of the ledger's chain, final here. Errors: RpcError. */
  blockAt(height: number): Promise<{ readonly hash: Hex; readonly timestampSec: number } | null>;
}

interface Tick {
  readonly ordinal: number;
  readonly t0Sec: number;
  readonly payload: Extract<
    OccurrencePayload,
    { readonly kind: "interval" | "cron" | "block" | "start" }
  >;
}

/**
 * Ticks of all accepted schedules. It remembers the intents, read again when they change, and the newest tick of
 * each, so that a look costs nothing while none is due. What was missed is stored too: the claim role says which of
 * it is still claimed, and people see the rest.
 */
export class TickBook {
  readonly #parts: TickBookParts;
  #intents: readonly IntentRow[] | null = null;
  #isRolledBack = false;
  /** Newest ordinal that is in the store, by intent; null when there is none. */
  #newest = new Map<number, number | null>();

  constructor(parts: TickBookParts) {
    this.#parts = parts;
    parts.store.onCommit((touched) => {
      if (touched.has("intents")) this.#intents = null;
    });
  }

  /** Stores the ticks that came. @returns how many are new. Errors: RpcError. */
  async insertDue(moment: TickMoment): Promise<number> {
    const rows: ExecutionRow[] = [];
    const newest = new Map<number, number>();
    for (const intent of this.#accepted()) {
      if (moment.nowSec >= intent.validUntilSec) continue;
      const ticks = await this.#dueOf(intent, moment);
      rows.push(...ticks.map((tick) => this.#row(intent, tick, moment.nowSec)));
      const last = ticks.at(-1);
      if (last !== undefined) newest.set(intent.intentNo, last.ordinal);
    }
    if (rows.length === 0) return 0;
    const inserted = await this.#parts.store.writeDerived((tables) => {
      for (const [intentNo, ordinal] of newest) tables.ticks.put({ intentNo, ordinal });
      return rows.filter((row) => tables.executions.insertIfAbsent(row)).length;
    });
    for (const [intentNo, ordinal] of newest) this.#newest.set(intentNo, ordinal);
    return inserted;
  }

  /** The store was rolled back: ticks may be gone from it, and are looked up from the first one on again. */
  forget(): void {
    this.#intents = null;
    this.#newest.clear();
    this.#isRolledBack = true;
  }

  /** When the next tick comes, in seconds; null when no time says it. */
  nextSec(nowSec: number): number | null {
    let next: number | null = null;
    for (const intent of this.#accepted()) {
      const atSec = nextTickSec(intent, nowSec);
      if (atSec === null || atSec >= intent.validUntilSec) continue;
      if (next === null || atSec < next) next = atSec;
    }
    return next;
  }

  /** Whether a tick comes with a height of the ledger's chain. */
  awaitsHeight({ nowSec, height }: Pick<TickMoment, "nowSec" | "height">): boolean {
    return this.#accepted().some(
      (intent) => nowSec < intent.validUntilSec && nextTickHeight(intent, height) !== null,
    );
  }

  async #dueOf(intent: IntentRow, moment: TickMoment): Promise<readonly Tick[]> {
    const isBlock = intent.kind === TRIGGER_KINDS.block;
    const limit = isBlock ? Math.min(MOST_BLOCKS, moment.limit) : moment.limit;
    const ordinals = dueTicks(intent, this.#newestOf(intent.intentNo), { ...moment, limit });
    if (ordinals.length === 0) return [];
    const room = this.#room(intent, ordinals.length, limit);
    const taken = ordinals.slice(0, room);
    if (isBlock) return await Promise.all(taken.map((height) => this.#height(height)));
    return taken.map((ordinal) => timed(intent, ordinal));
  }

  /** A schedule that wants all of a long absence gets it part by part: the next when the last is claimed. */
  #room({ intentNo, catchUp }: IntentRow, found: number, limit: number): number {
    if (catchUp !== CATCH_UP_ALL || found < limit) return found;
    const { executions } = this.#parts.store.read;
    return Math.max(
      0,
      limit - executions.count("intent_no = :intentNo AND state = 'due'", { intentNo }),
    );
  }

  async #height(height: number): Promise<Tick> {
    const block = await this.#parts.blockAt(height);
    if (block === null) throw new RangeError(`block ${height} below the head is not there`);
    const payload = { kind: "block", ordinal: height, blockHash: block.hash } as const;
    return { ordinal: height, t0Sec: block.timestampSec, payload };
  }

  #newestOf(intentNo: number): number | null {
    const known = this.#newest.get(intentNo);
    if (known !== undefined) return known;
    const { ticks } = this.#parts.store.read;
    const kept = this.#isRolledBack ? null : (ticks.get({ intentNo })?.ordinal ?? null);
    this.#newest.set(intentNo, kept);
    return kept;
  }

  #row(intent: IntentRow, { ordinal, t0Sec, payload }: Tick, nowSec: number): ExecutionRow {
    const { ledger } = this.#parts;
    const occurrenceId = denseOccurrenceId(payload.kind, ordinal);
    return dueExecution(intent, {
      executionId: executionId(ledger, intent.intentHash, occurrenceId),
      occurrenceId,
      ordinal,
      t0Sec,
      payload,
      seenBlock: null,
      nowMs: nowSec * 1000,
    });
  }

  #accepted(): readonly IntentRow[] {
    if (this.#intents !== null) return this.#intents;
    const { intents } = this.#parts.store.read;
    this.#intents = KINDS.flatMap((kind) => intents.accepted(kind));
    const known = new Set(this.#intents.map(({ intentNo }) => intentNo));
    this.#newest = new Map([...this.#newest].filter(([intentNo]) => known.has(intentNo)));
    return this.#intents;
  }
}

function timed(intent: IntentRow, ordinal: number): Tick {
  const kind = intent.plan?.trigger.kind;
  const t0Sec = tickTimeSec(intent, ordinal);
  if (t0Sec === null || (kind !== "interval" && kind !== "cron" && kind !== "start")) {
    throw new RangeError(`${ordinal} is no tick of intent ${intent.intentNo}`);
  }
  return { ordinal, t0Sec, payload: { kind, ordinal } };
}
