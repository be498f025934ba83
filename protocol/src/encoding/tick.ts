import { denseOccurrenceId, TRIGGER_KINDS } from "./execution-id.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import type { ClaimEntry } from "./item.ts";

// When the ticks of schedules are (spec 02), as the contract computes it.

/** What an intent's slot keeps of its trigger. */
export interface TickTerms {
  /** By number. */
  readonly kind: number;
  /** Seconds; a height of kind block. */
  readonly start: number;
  /** Seconds; blocks of kind block. 0: one tick only. */
  readonly period: number;
}

/** The start that the slot keeps: one that had passed at the registration moves up by whole periods. */
export function intentStart(
  signed: TickTerms,
  registration: { readonly blockNumber: number; readonly timestampSec: number },
): number {
  const { kind, start, period } = signed;
  if (start === 0) return registration.timestampSec;
  const isHeight = kind === TRIGGER_KINDS.block;
  const present = isHeight ? registration.blockNumber : registration.timestampSec;
  if (period === 0 || start >= present) return start;
  return start + Math.ceil((present - start) / period) * period;
}

/** When a numbered tick is; null for a height, whose time only its block tells, and for what is no tick. */
export function tickTimeSec({ kind, start, period }: TickTerms, ordinal: number): number | null {
  switch (kind) {
    case TRIGGER_KINDS.interval:
      return ordinal < 1 ? null : start + ordinal * period;
    case TRIGGER_KINDS.start:
      return period === 0 && ordinal !== 0 ? null : start + ordinal * period;
    case TRIGGER_KINDS.cron:
      return ordinal * 60 < start ? null : ordinal * 60;
    default:
      return null;
  }
}

/** `catchUp` of an intent that wants every missed tick run. */
export const CATCH_UP_ALL = 255;

/** When a first claim of a tick would be made, and by what rules. */
export interface ClaimMoment {
  /** Block time of the claim. */
  readonly nowSec: number;
  /** Executors of the generation times deltaSec: within it every rank has its turn. */
  readonly turnsSec: number;
  /** Ticks of the intent that are due after this one; asked only when it matters. */
  laterTicks(): number;
}

/** Was the tick missed, and does the owner not want it caught up? (spec 04) */
export function isTooLate(t0Sec: number, catchUp: number, moment: ClaimMoment): boolean {
  if (catchUp === CATCH_UP_ALL || moment.nowSec <= t0Sec + moment.turnsSec) return false;
  return moment.laterTicks() >= catchUp;
}

/** An occurrence as a claim names it. */
export interface NamedOccurrence {
  readonly occurrenceId: Hex;
  /** 0 for events. */
  readonly ordinal: number;
  readonly t0Sec: number;
}

/** Ticks due after one that is `ago` seconds, or blocks, old. */
export function ticksSince(ago: number, period: number): number {
  return period === 0 ? 0 : Math.floor(ago / period);
}

/** What an accepted entry claims. Errors: RangeError for an entry that no ledger accepts. */
export function occurrenceOfEntry(
  entry: ClaimEntry,
  slot: TickTerms,
  hasher: Hasher = nobleHasher,
): NamedOccurrence {
  if (entry.kind === "event")
    return { occurrenceId: entry.occurrenceId, ordinal: 0, t0Sec: entry.t0Sec };
  const { kind, ordinal } = entry;
  const occurrenceId = denseOccurrenceId(kind, ordinal, hasher);
  if (kind === "manual") return { occurrenceId, ordinal, t0Sec: entry.firedAtSec };
  if (kind === "block") return { occurrenceId, ordinal, t0Sec: entry.t0Sec };
  const t0Sec = tickTimeSec(slot, ordinal);
  if (t0Sec === null) throw new RangeError(`${ordinal} is no tick of kind ${kind}`);
  return { occurrenceId, ordinal, t0Sec };
}
