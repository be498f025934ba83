// Cron expressions (spec 12): five fields in UTC, as POSIX and Vixie's cron read them. What is evaluated here is
// hashed behaviour: verifiers call a tick wrong whose minute does not match.

/** A parsed expression. */
export interface Cron {
  /** Fields as written, one space between them. */
  readonly expression: string;
  /** Ascending. */
  readonly minutes: readonly number[];
  /** Ascending. */
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Both day fields are restricted: one of them is enough. */
  readonly isEitherDay: boolean;
}

/** What is wrong with an expression: a field and a sentence. */
export interface CronProblem {
  readonly problem: string;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names: readonly string[];
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");
const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of the month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: MONTHS },
  // 7 is Sunday too.
  { name: "day of the week", min: 0, max: 7, names: WEEKDAYS },
];
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MINUTES_A_DAY = 1440;
/** A 29 February that is a Sunday comes after 40 years at the latest. */
const MAX_GAP_DAYS = 41 * 366;

/** Parses five fields. */
export function parseCron(text: string): Cron | CronProblem {
  const written = text.split(/[ \t]+/).filter((part) => part !== "");
  if (written.length !== FIELDS.length) {
    return { problem: `a cron expression has five fields, this has ${written.length}` };
  }
  const sets: Set<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const set = parseField(written[index] as string, field);
    if (typeof set === "string") return { problem: `${field.name}: ${set}` };
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.delete(7)) weekdays.add(0);
  const [isAnyDay, isAnyWeekday] = [written[2], written[4]].map((field) => field?.startsWith("*"));
  const isEitherDay = isAnyDay === false && isAnyWeekday === false;
  const isPossible =
    isEitherDay ||
    [...months].some((month) => [...days].some((day) => day <= LONGEST_MONTHS[month - 1]!));
  if (!isPossible) return { problem: "no month has such a day" };
  return {
    expression: written.join(" "),
    minutes: ascending(minutes),
    hours: ascending(hours),
    days,
    months,
    weekdays,
    isEitherDay,
  };
}

/** Does it tick in this minute since 1970? */
export function cronMatches(cron: Cron, minute: number): boolean {
  const ofDay = minute % MINUTES_A_DAY;
  return (
    cron.minutes.includes(ofDay % 60) &&
    cron.hours.includes(Math.floor(ofDay / 60)) &&
    matchesDay(cron, Math.floor(minute / MINUTES_A_DAY))
  );
}

/** Its first tick after a minute since 1970. Every expression has one. */
export function cronNext(cron: Cron, minute: number): number {
  const today = Math.floor(minute / MINUTES_A_DAY);
  for (let day = today; day <= today + MAX_GAP_DAYS; day += 1) {
    if (!matchesDay(cron, day)) continue;
    const next = firstOfDay(cron, day, minute + 1);
    if (next !== null) return next;
  }
  throw new RangeError(`no tick of ${cron.expression} within 41 years`);
}

/** Ticks after `fromMinute` up to `toMinute`, counted no further than `limit`. */
export function cronCount(
  cron: Cron,
  [fromMinute, toMinute]: readonly [number, number],
  limit: number,
): number {
  let count = 0;
  let minute = fromMinute;
  while (count < limit) {
    minute = cronNext(cron, minute);
    if (minute > toMinute) break;
    count += 1;
  }
  return count;
}

/** The newest `limit` ticks after `fromMinute` up to `toMinute`, ascending. */
export function cronNewest(
  cron: Cron,
  [fromMinute, toMinute]: readonly [number, number],
  limit: number,
): readonly number[] {
  const newest: number[] = [];
  const lastDay = Math.floor((fromMinute + 1) / MINUTES_A_DAY);
  for (let day = Math.floor(toMinute / MINUTES_A_DAY); day >= lastDay; day -= 1) {
    if (!matchesDay(cron, day)) continue;
    const ticks = ticksOfDay(cron, day).filter((tick) => tick > fromMinute && tick <= toMinute);
    newest.unshift(...ticks.slice(-(limit - newest.length)));
    if (newest.length >= limit) break;
  }
  return newest;
}

function ticksOfDay(cron: Cron, day: number): readonly number[] {
  return cron.hours.flatMap((hour) =>
    cron.minutes.map((minute) => day * MINUTES_A_DAY + hour * 60 + minute),
  );
}

function firstOfDay(cron: Cron, day: number, atLeast: number): number | null {
  for (const hour of cron.hours) {
    const start = day * MINUTES_A_DAY + hour * 60;
    if (start + 59 < atLeast) continue;
    const minute = cron.minutes.find((candidate) => start + candidate >= atLeast);
    if (minute !== undefined) return start + minute;
  }
  return null;
}

function matchesDay(cron: Cron, day: number): boolean {
  const { month, dayOfMonth } = dateOf(day);
  if (!cron.months.has(month)) return false;
  // Day 0, the first of January 1970, was a Thursday.
  const isWeekday = cron.weekdays.has((day + 4) % 7);
  const isDay = cron.days.has(dayOfMonth);
  return cron.isEitherDay ? isDay || isWeekday : isDay && isWeekday;
}

/** Month and day of a day since 1970, by the Gregorian calendar counted from a first of March. */
function dateOf(day: number): { readonly month: number; readonly dayOfMonth: number } {
  const sinceEra = day + 719_468;
  const ofEra = sinceEra % 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const dayOfMonth = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { month: fromMarch < 10 ? fromMarch + 3 : fromMarch - 9, dayOfMonth };
}

function parseField(text: string, field: Field): Set<number> | string {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step, ...more] = part.split("/");
    const bounds = parseRange(range, field);
    if (typeof bounds === "string") return bounds;
    const isRange = range === "*" || range.includes("-");
    if (step !== undefined && !isRange) return `'${part}': a step follows '*' or a range`;
    const by = step === undefined ? 1 : parseNumber(step);
    if (more.length > 0 || by === null || by < 1 || by > field.max) {
      return `'${part}': a step is a number from 1 to ${field.max}`;
    }
    for (let value = bounds[0]; value <= bounds[1]; value += by) values.add(value);
  }
  return values;
}

function parseRange(text: string, field: Field): readonly [number, number] | string {
  // Seven days only, so that steps over all of them do not count Sunday twice.
  if (text === "*") return [field.min, field.max === 7 ? 6 : field.max];
  const ends = text.split("-");
  const from = parseValue(ends[0] as string, field);
  if (from === null || ends.length > 2) return refusal(text, field);
  if (ends.length === 1) return [from, from];
  const to = parseValue(ends[1] as string, field);
  if (to === null) return refusal(text, field);
  // `fri-sun`: the week may end with Sunday.
  const end = field.max === 7 && to === 0 && from > 0 ? 7 : to;
  return from <= end ? [from, end] : `'${text}' runs backwards`;
}

function refusal(text: string, { min, max, names }: Field): string {
  const named = names.length === 0 ? "" : ` or ${names[0]} to ${names.at(-1)}`;
  return `'${text}' is not ${min} to ${max}${named}`;
}

function parseValue(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  const number = parseNumber(text);
  return number !== null && number >= min && number <= max ? number : null;
}

function parseNumber(text: string): number | null {
  return /^[0-9]{1,2}$/.test(text) ? Number(text) : null;
}

function ascending(values: ReadonlySet<number>): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
