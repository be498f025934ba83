import { parseCron } from "../plan/cron.ts";
import type { FirstTrigger, Trigger } from "../plan/plan.ts";
import { type ChainIds, readChain } from "./chain.ts";
import { fieldsOf, readChoice, readDuration, readFields, readInteger, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import { parseTimestamp } from "./timestamp.ts";
import { spanInside, type Tree } from "./tree.ts";

// Triggers that tick by themselves: `schedule`, `at`, `block`, `immediate` (spec 02).

/** `catchUp`: the newest missed tick is run, as cron-like systems with a memory do. */
const LATEST = 1;
const MAX_COUNTED = 254;
const ALL = 255;
const MAX_TIME_SEC = 2 ** 40 - 1;

/** Compiles `schedule`: a period from a start on, or a cron expression. */
export function readSchedule(tree: Tree, report: Report): Trigger | null {
  const shape = { optional: ["every", "start", "cron", "catchUp"] };
  const fields = readFields(tree, "'schedule'", shape, report);
  if (fields === null) return null;
  const [every, start, cron] = [fields.get("every"), fields.get("start"), fields.get("cron")];
  const catchUp = readCatchUp(fields.get("catchUp"), report);
  if ((every === undefined) === (cron === undefined)) {
    const hint = 'every: 5m, or cron: "*/5 * * * *"';
    report.add("DEED_ONE_OF", tree.span, "'schedule' has either 'every' or 'cron'", { hint });
    return null;
  }
  if (cron !== undefined) {
    if (start !== undefined) {
      const message = "'start' goes with 'every': a cron expression says itself when it ticks";
      report.add("DEED_UNKNOWN_KEY", fields.keySpan("start"), message);
    }
    const expression = readCron(cron, report);
    return expression === null ? null : { kind: "cron", expression, catchUp };
  }
  const periodSec = readPeriodSec(every as Tree, report);
  const startSec = start === undefined ? null : readTime(start, "'start'", report);
  if (periodSec === null || (start !== undefined && startSec === null)) return null;
  return startSec === null
    ? { kind: "interval", periodSec, catchUp }
    : { kind: "start", startSec, periodSec, catchUp };
}

/** Compiles `at`: one time. It is never too late for it but by `expires`. */
export function readAt(tree: Tree, report: Report): Trigger | null {
  const startSec = readTime(tree, "'at'", report);
  return startSec === null ? null : { kind: "start", startSec, periodSec: 0, catchUp: LATEST };
}

/** Compiles `immediate`: at the registration, and perhaps every so often from then on. */
export function readImmediate(tree: Tree, report: Report): Trigger | null {
  const once = { kind: "start", startSec: 0, periodSec: 0, catchUp: LATEST } as const;
  if (tree.kind === "scalar" && (tree.value === null || tree.value === true)) return once;
  const fields = readFields(tree, "'immediate'", { optional: ["every", "catchUp"] }, report);
  if (fields === null) return null;
  const every = fields.get("every");
  const catchUp = readCatchUp(fields.get("catchUp"), report);
  const periodSec = every === undefined ? 0 : readPeriodSec(every, report);
  return periodSec === null ? null : { ...once, periodSec, catchUp };
}

/**
 * Compiles `block`: a height of the ledger's chain, and perhaps every so many blocks from there; or one height of
 * another chain, whose occurrence no contract can check.
 */
export function readBlock(tree: Tree, chains: ChainIds, report: Report): Trigger | null {
  const shape = { required: ["height"], optional: ["chain", "every", "catchUp"] };
  const fields = readFields(tree, "'block'", shape, report);
  const chainId = readChain(fields?.get("chain"), chains, report);
  if (fields !== null && chainId !== null && chainId !== chains.ledger) {
    for (const key of ["every", "catchUp"].filter((name) => fields.get(name) !== undefined)) {
      const message = `'${key}' goes with heights of the ledger's chain`;
      report.add("DEED_UNKNOWN_KEY", fields.keySpan(key), message);
    }
    const first = readHeight(tree, chains, report);
    return first === null ? null : { kind: "composite", first, repeat: null };
  }
  const [heightTree, everyTree] = [fields?.get("height"), fields?.get("every")];
  const catchUp = readCatchUp(fields?.get("catchUp"), report);
  const bounds = [1, MAX_TIME_SEC] as const;
  const height =
    heightTree === undefined ? null : readInteger(heightTree, "'height'", bounds, report);
  const every =
    everyTree === undefined ? 0 : readInteger(everyTree, "'every'", [1, 2 ** 32 - 1], report);
  return height === null || every === null ? null : { kind: "block", height, every, catchUp };
}

/** Compiles `block` where it starts the first run of a composite: a height of any chain. */
export function readHeight(
  tree: Tree,
  chains: ChainIds,
  report: Report,
): Extract<FirstTrigger, { kind: "height" }> | null {
  if (tree.kind !== "map") return null;
  const fields = fieldsOf(tree);
  const heightTree = fields.get("height");
  const chainId = readChain(fields.get("chain"), chains, report);
  const bounds = [1, MAX_TIME_SEC] as const;
  const height =
    heightTree === undefined ? null : readInteger(heightTree, "'height'", bounds, report);
  return height === null || chainId === null ? null : { kind: "height", chainId, height };
}

/** Reads a period in whole seconds. */
export function readPeriodSec(tree: Tree, report: Report): number | null {
  const periodMs = readDuration(tree, "'every'", ["1s", "365d"], report);
  if (periodMs === null) return null;
  if (periodMs % 1000 === 0) return periodMs / 1000;
  report.add("DEED_DURATION", tree.span, "'every' must be whole seconds");
  return null;
}

function readTime(tree: Tree, what: string, report: Report): number | null {
  const text = readText(tree, what, report);
  if (text === null) return null;
  const timeSec = parseTimestamp(text.value);
  // Zero stands for the registration.
  if (timeSec !== null && timeSec > 0 && timeSec <= MAX_TIME_SEC) return timeSec;
  const hint = "for example 2027-06-30T00:00:00Z";
  report.add("DEED_TIMESTAMP", text.span, `${what} must be a time in UTC`, { hint });
  return null;
}

/** Reads a cron expression, its blanks made one. */
export function readCron(tree: Tree, report: Report): string | null {
  const text = readText(tree, "'cron'", report);
  if (text === null) return null;
  const cron = parseCron(text.value);
  if (!("problem" in cron)) return cron.expression;
  const hint = 'minute, hour, day of the month, month, day of the week: "*/5 9-17 * * mon-fri"';
  report.add("DEED_CRON", spanInside(text, 0, text.value.length), cron.problem, { hint });
  return null;
}

function readCatchUp(tree: Tree | undefined, report: Report): number {
  if (tree === undefined) return LATEST;
  if (tree.kind === "map") {
    const all = readFields(tree, "'catchUp'", { required: ["all"] }, report)?.get("all");
    if (all === undefined) return LATEST;
    return readInteger(all, "'all'", [1, MAX_COUNTED], report) ?? LATEST;
  }
  switch (readChoice(tree, "'catchUp'", ["skip", "latest", "all"], report)) {
    case "skip":
      return 0;
    case "all":
      return ALL;
    default:
      return LATEST;
  }
}
