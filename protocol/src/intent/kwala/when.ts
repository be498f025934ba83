import { notYet } from "../reader.ts";
import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import type { Span, Tree } from "../tree.ts";
import type { KwalaFields } from "./keys.ts";
import { refusePlaceholder, wordOf } from "./value.ts";

/** When a workflow runs for the first time. */
export type First =
  | { readonly kind: "immediate" }
  | { readonly kind: "event" }
  | { readonly kind: "block"; readonly height: number }
  | { readonly kind: "time"; readonly atSec: number };

/** When it runs again. */
export type Repeat =
  | { readonly kind: "never" }
  | { readonly kind: "event" }
  | { readonly kind: "every"; readonly periodSec: number }
  | { readonly kind: "cron"; readonly expression: string };

const MISSING_FEATURES: { readonly [word: string]: string } = {
  oracle_price: "a price trigger (oracle_price)",
  oracle: "a price trigger (oracle_price)",
  price: "a price trigger (oracle_price)",
  address_tracking: "an address trigger (address_tracking)",
};
const MIN_TIME_SEC = 1_000_000_000;
const MAX_TIME_SEC = 99_999_999_999;

/** Reads `ExecuteAfter`; null when the report says why not. */
export function readFirst(tree: Tree, report: Report): First | null {
  const word = wordOf(tree) ?? "";
  if (isMissingFeature(word, tree.span, report)) return null;
  if (word === "immediate" || word === "event") return { kind: word };
  if (/^BL[0-9]{1,15}$/.test(word)) return { kind: "block", height: Number(word.slice(2)) };
  if (/^[0-9]+$/.test(word)) {
    const atSec = readUnixTime(word, "'ExecuteAfter'", tree.span, report);
    return atSec === null ? null : { kind: "time", atSec };
  }
  if (refusePlaceholder(tree, "text", report)) return null;
  const height = /^(?:bl|block)[\s:_#-]*([0-9]{1,15})$/i.exec(word)?.[1];
  const words = ["immediate", "event"];
  report.add("DEED_KWALA_WHEN", tree.span, `'ExecuteAfter' cannot be '${word}'`, {
    suggestion: height === undefined ? nearest(word, words) : `BL${height}`,
    hint: "immediate, event, BL and a block's height (BL38810741), or a unix time in seconds",
  });
  return null;
}

/** Reads `RepeatEvery`; null when the report says why not. */
export function readRepeat(tree: Tree, fields: KwalaFields, report: Report): Repeat | null {
  const word = wordOf(tree) ?? "";
  if (isMissingFeature(word, tree.span, report)) return null;
  if (word === "event") return { kind: "event" };
  if (word === "interval") return readInterval(fields, report);
  const period = /^([0-9]{1,9})(s|m|h|d)$/.exec(word);
  if (period !== null) {
    const periodSec = Number(period[1]) * (UNITS_SEC[period[2] as string] as number);
    return judgedPeriod(periodSec, tree.span, report);
  }
  if (/^[0-9]{1,15}$/.test(word)) return readBareSeconds(Number(word), tree.span, report);
  const columns = word.split(/\s+/);
  if (columns.length >= 5) return readCron(columns, tree.span, report);
  if (refusePlaceholder(tree, "text", report)) return null;
  report.add("DEED_KWALA_WHEN", tree.span, `'RepeatEvery' cannot be '${word}'`, {
    suggestion: nearest(word, ["event", "NA"]),
    hint: "NA, event, a period (1m, 5m, 1h, 30d), seconds, or cron with five fields",
  });
  return null;
}

const UNITS_SEC: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400 };
const MAX_PERIOD_SEC = 31_536_000;

function isMissingFeature(word: string, span: Span, report: Report): boolean {
  if (!Object.hasOwn(MISSING_FEATURES, word)) return false;
  notYet(MISSING_FEATURES[word] as string, span, report);
  return true;
}

function readInterval(fields: KwalaFields, report: Report): Repeat | null {
  const tree = fields.used("IntervalSeconds");
  const word = tree === undefined ? null : wordOf(tree);
  if (tree !== undefined && word !== null && /^[0-9]{1,15}$/.test(word)) {
    return judgedPeriod(Number(word), tree.span, report);
  }
  const span = tree?.span ?? fields.keySpan("RepeatEvery");
  report.add("DEED_KWALA_WHEN", span, "an interval needs 'IntervalSeconds', a whole number", {
    hint: "or write the period itself, for example RepeatEvery: 1h",
  });
  return null;
}

// A bare number is seconds. Round numbers of milliseconds are taken for what they are: nobody repeats every
// 1000 hours by writing 3600000.
function readBareSeconds(value: number, span: Span, report: Report): Repeat | null {
  const isRoundMs = value % 60_000 === 0 && value % 86_400 !== 0;
  if (value < 10_000_000 && !isRoundMs) return judgedPeriod(value, span, report);
  const message = `${value} seconds are ${Math.floor(value / 86_400)} days: this looks like milliseconds`;
  report.add("DEED_KWALA_MILLISECONDS", span, message, {
    suggestion: periodText(Math.floor(value / 1000)),
    hint: "a number alone is seconds; write a period with its unit, for example 6h",
  });
  return null;
}

function periodText(seconds: number): string {
  for (const unit of ["d", "h", "m"] as const) {
    const length = UNITS_SEC[unit] as number;
    if (seconds >= length && seconds % length === 0) return `${seconds / length}${unit}`;
  }
  return `${seconds}s`;
}

function judgedPeriod(periodSec: number, span: Span, report: Report): Repeat | null {
  if (periodSec >= 1 && periodSec <= MAX_PERIOD_SEC) return { kind: "every", periodSec };
  report.add("DEED_OUT_OF_RANGE", span, "a period is between 1s and 365d");
  return null;
}

function readCron(columns: readonly string[], span: Span, report: Report): Repeat | null {
  if (columns.length === 5) return { kind: "cron", expression: columns.join(" ") };
  const isSeconds = columns.length === 6 && columns[0] === "0";
  report.add("DEED_KWALA_CRON", span, `cron has five fields, these are ${columns.length}`, {
    suggestion: isSeconds ? columns.slice(1).join(" ") : undefined,
    hint: "minute, hour, day of month, month, day of week: there are no seconds",
  });
  return null;
}

/** Seconds since 1970; a length of time and milliseconds are told apart. */
export function readUnixTime(
  word: string,
  what: string,
  span: Span,
  report: Report,
): number | null {
  const value = Number(word);
  if (value >= MIN_TIME_SEC && value <= MAX_TIME_SEC) return value;
  if (value > MAX_TIME_SEC) {
    const message = `${what} is in seconds: this looks like milliseconds`;
    const suggestion = value > MAX_TIME_SEC * 1000 ? undefined : String(Math.floor(value / 1000));
    report.add("DEED_KWALA_MILLISECONDS", span, message, { suggestion });
    return null;
  }
  const message = `${what} is a time, this is a length of time: ${word} seconds`;
  const hint = "seconds since 1970, as `date +%s` prints them, for example 1798761600";
  report.add("DEED_KWALA_TIME", span, message, { hint });
  return null;
}
