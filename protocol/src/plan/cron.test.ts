import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cron, cronCount, cronMatches, cronNewest, cronNext, parseCron } from "./cron.ts";

const NOW = Date.UTC(2027, 0, 1) / 60_000;

function cron(expression: string): Cron {
  const parsed = parseCron(expression);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

function timesOf(expression: string, fromIso: string, count: number): readonly string[] {
  let minute = Date.parse(fromIso) / 60_000;
  return Array.from({ length: count }, () => {
    minute = cronNext(cron(expression), minute);
    return new Date(minute * 60_000).toISOString().slice(0, 16);
  });
}

describe("a cron expression ticks", () => {
  test.each([
    ["*/15 * * * *", "2027-01-01T00:00Z", ["2027-01-01T00:15", "2027-01-01T00:30"]],
    ["0 9-17/4 * * mon-fri", "2027-01-01T13:00Z", ["2027-01-01T17:00", "2027-01-04T09:00"]],
    ["30 4 1,15 * 5", "2027-01-01T00:00Z", ["2027-01-01T04:30", "2027-01-08T04:30"]],
    ["0 0 29 2 *", "2095-01-01T00:00Z", ["2096-02-29T00:00", "2104-02-29T00:00"]],
    ["0 12 * JAN,Dec sun", "2027-01-31T12:00Z", ["2027-12-05T12:00", "2027-12-12T12:00"]],
    ["0 0 * * 7", "2027-01-01T00:00Z", ["2027-01-03T00:00", "2027-01-10T00:00"]],
    ["0 0 * * fri-sun", "2027-01-01T00:00Z", ["2027-01-02T00:00", "2027-01-03T00:00"]],
    ["59 23 31 12 *", "2027-12-31T23:59Z", ["2028-12-31T23:59", "2029-12-31T23:59"]],
    ["0 0 */2 * mon", "2027-01-01T00:00Z", ["2027-01-11T00:00", "2027-01-25T00:00"]],
    ["0 0 29 2 */7", "2088-01-01T00:00Z", ["2088-02-29T00:00", "2128-02-29T00:00"]],
  ])("%s after %s", (expression, from, times) => {
    expect(timesOf(expression, from, times.length)).toEqual(times);
  });
});

test("fields keep their spelling, with one space between them", () => {
  expect(cron("  0\t0  * *   MON ").expression).toBe("0 0 * * MON");
});

test.each([
  ["* * * *", "five fields"],
  ["* * * * * *", "five fields"],
  ["60 * * * *", "minute: '60' is not 0 to 59"],
  ["* 24 * * *", "hour: '24'"],
  ["* * 0 * *", "day of the month: '0'"],
  ["* * * foo *", "month: 'foo' is not 1 to 12 or jan to dec"],
  ["* * * * 8", "day of the week: '8'"],
  ["5/15 * * * *", "a step follows '*' or a range"],
  ["*/0 * * * *", "a step is a number"],
  ["*/1/2 * * * *", "a step is a number"],
  ["10-5 * * * *", "runs backwards"],
  ["* * * * fri-mon", "runs backwards"],
  ["1,,2 * * * *", "minute: '' is not"],
  ["1-2-3 * * * *", "minute: '1-2-3'"],
  ["-5 * * * *", "minute: '-5'"],
  ["1.5 * * * *", "minute: '1.5'"],
  ["@daily", "five fields"],
  ["0 0 30 2 *", "no month has such a day"],
  ["0 0 31 4,6,9,11 *", "no month has such a day"],
])("'%s' is refused", (expression, reason) => {
  expect(parseCron(expression)).toEqual({ problem: expect.stringContaining(reason) as string });
});

const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** One part of a field with the values that it stands for. */
function part(index: number): fc.Arbitrary<readonly [string, readonly number[]]> {
  const [min, max] = bounds[index]!;
  const from = (low: number, high: number, by: number) =>
    Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, at) => low + at * by);
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const step = fc.integer({ min: 1, max });
  return fc.oneof(
    fc.constant(["*", from(min, index === 4 ? 6 : max, 1)] as const),
    value.map((n) => [String(n), [n]] as const),
    range.map(([a, b]) => [`${a}-${b}`, from(a, b, 1)] as const),
    step.map((by) => [`*/${by}`, from(min, index === 4 ? 6 : max, by)] as const),
    fc.tuple(range, step).map(([[a, b], by]) => [`${a}-${b}/${by}`, from(a, b, by)] as const),
  );
}

const field = (index: number) =>
  fc.array(part(index), { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(([text]) => text).join(","),
    values: new Set(parts.flatMap(([, values]) => values)),
  }));

const fields = fc.tuple(field(0), field(1), field(2), field(3), field(4));

/** The platform's calendar, field by field. */
function bruteForce(
  given: readonly { readonly text: string; readonly values: ReadonlySet<number> }[],
  minute: number,
): boolean {
  const date = new Date(minute * 60_000);
  const [minutes, hours, days, months, weekdays] = given;
  const weekday = date.getUTCDay();
  const isDay = days!.values.has(date.getUTCDate());
  const isWeekday = weekdays!.values.has(weekday) || (weekday === 0 && weekdays!.values.has(7));
  const isEither = !days!.text.startsWith("*") && !weekdays!.text.startsWith("*");
  return (
    minutes!.values.has(date.getUTCMinutes()) &&
    hours!.values.has(date.getUTCHours()) &&
    months!.values.has(date.getUTCMonth() + 1) &&
    (isEither ? isDay || isWeekday : isDay && isWeekday)
  );
}

const minute = fc.integer({ min: 0, max: 2 * NOW });

test("a minute matches as the platform's calendar says", () => {
  fc.assert(
    fc.property(fields, minute, (given, at) => {
      const parsed = parseCron(given.map(({ text }) => text).join(" "));
      if ("problem" in parsed) return;
      // One minute says little, so the whole day after it is looked at.
      for (let ahead = 0; ahead < 1440; ahead += 7) {
        expect(cronMatches(parsed, at + ahead)).toBe(bruteForce(given, at + ahead));
      }
    }),
    { numRuns: 200 },
  );
});

test("next, newest and count say what looking at each minute says", () => {
  fc.assert(
    fc.property(fields, minute, fc.integer({ min: 1, max: 9 }), (given, at, limit) => {
      const parsed = parseCron(given.map(({ text }) => text).join(" "));
      if ("problem" in parsed) return;
      const until = at + 3 * 1440;
      const all = Array.from({ length: until - at }, (_, ahead) => at + 1 + ahead).filter((each) =>
        bruteForce(given, each),
      );
      const next = cronNext(parsed, at);
      if (all.length > 0) expect(next).toBe(all[0]);
      else expect(next).toBeGreaterThan(until);
      expect(cronMatches(parsed, next)).toBe(true);
      expect(cronNewest(parsed, [at, until], limit)).toEqual(all.slice(-limit));
      expect(cronCount(parsed, [at, until], limit)).toBe(Math.min(limit, all.length));
    }),
    { numRuns: 60 },
  );
});
