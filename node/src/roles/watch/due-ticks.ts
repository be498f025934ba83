import { CATCH_UP_ALL, tickTimeSec, triggerKindOf } from "@deed/protocol/encoding";
import { type Cron, cronNewest, cronNext, parseCron } from "@deed/protocol/plan";
import type { IntentRow } from "../../store/intents.ts";

/** The moment for which ticks are looked up. */
export interface TickMoment {
  readonly nowSec: number;
  /** Newest final height of the ledger's chain. */
  readonly height: number;
  /** At most so many ticks of one intent at once. */
  readonly limit: number;
}

export type Schedule = Pick<IntentRow, "kind" | "start" | "period" | "catchUp"> & {
  readonly plan: IntentRow["plan"];
};

/**
 * Ordinals of ticks that came after one, ascending. Where more came than are looked up at once, an intent that
 * wants all of them gets the oldest first, another the newest.
 * @param after The newest that is known already; null when none is.
 */
export function dueTicks(
  schedule: Schedule,
  after: number | null,
  moment: TickMoment,
): readonly number[] {
  const kind = triggerKindOf(schedule.kind);
  if (kind === "cron") return dueMinutes(schedule, after, moment);
  if (kind !== "interval" && kind !== "start" && kind !== "block") return [];
  const { start, period, catchUp } = schedule;
  const isBlock = kind === "block";
  const present = isBlock ? moment.height : moment.nowSec;
  if (present < start) return [];
  // Counted in ticks from the start; a height is named by itself, another tick by its count.
  const countOf = (ordinal: number) => (isBlock ? indexOf(ordinal - start, period) : ordinal);
  const first = after === null ? Number(kind === "interval") : countOf(after) + 1;
  const last = indexOf(present - start, period);
  const { limit } = moment;
  const [from, to] =
    catchUp === CATCH_UP_ALL
      ? [first, Math.min(last, first + limit - 1)]
      : [Math.max(first, last - limit + 1), last];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) =>
    isBlock ? start + (from + index) * period : from + index,
  );
}

/** When the next tick comes, in seconds; null when no time says it. */
export function nextTickSec(schedule: Schedule, nowSec: number): number | null {
  const { start, period } = schedule;
  switch (triggerKindOf(schedule.kind)) {
    case "cron": {
      const cron = cronOf(schedule);
      return cron === null ? null : cronNext(cron, minuteOf(nowSec)) * 60;
    }
    case "interval":
    case "start": {
      if (nowSec < start) return tickTimeSec(schedule, 0) ?? start + period;
      return period === 0 ? null : start + (indexOf(nowSec - start, period) + 1) * period;
    }
    default:
      return null;
  }
}

/** The height of the next tick of a schedule by heights; null when none comes or something else says it. */
export function nextTickHeight(schedule: Schedule, height: number): number | null {
  const { start, period } = schedule;
  if (triggerKindOf(schedule.kind) !== "block") return null;
  if (height < start) return start;
  return period === 0 ? null : start + (indexOf(height - start, period) + 1) * period;
}

function dueMinutes(
  schedule: Schedule,
  after: number | null,
  { nowSec, limit }: TickMoment,
): readonly number[] {
  const cron = cronOf(schedule);
  if (cron === null) return [];
  const from = after ?? Math.ceil(schedule.start / 60) - 1;
  const until = minuteOf(nowSec);
  if (schedule.catchUp !== CATCH_UP_ALL) return cronNewest(cron, [from, until], limit);
  const minutes: number[] = [];
  for (let minute = cronNext(cron, from); minute <= until && minutes.length < limit; ) {
    minutes.push(minute);
    minute = cronNext(cron, minute);
  }
  return minutes;
}

function cronOf({ plan }: Schedule): Cron | null {
  if (plan?.trigger.kind !== "cron") return null;
  const cron = parseCron(plan.trigger.expression);
  return "problem" in cron ? null : cron;
}

function indexOf(since: number, period: number): number {
  return period === 0 ? 0 : Math.floor(since / period);
}

function minuteOf(timeSec: number): number {
  return Math.floor(timeSec / 60);
}
