import type { Trigger } from "@deed/protocol/plan";
import { expect, test } from "vitest";
import { anExecution } from "../../store/store.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { latenessOf } from "./lateness.ts";

const RULES = { deltaSec: 2, claimWindowSec: 3_600, confirmations: 0 };
const MISSED = { state: "missed", reason: "NOT_CAUGHT_UP" };

/** How late a first claim of one tick is found, so many seconds (and blocks) after it. */
function late(trigger: Trigger, afterSec: number, catchUp: number, kind: number, period = 0) {
  const t0Sec = 60_000_000;
  const ordinal = kind === 4 ? t0Sec / 60 : 500;
  const row = anExecution(1, { kind, ordinal, t0Sec, attempt: 1 });
  const intent = anIntent(1, { kind, period, catchUp, plan: aPlan([], { trigger }) });
  return latenessOf(row, intent, {
    nowSec: t0Sec + afterSec,
    height: 500 + afterSec,
    executors: 7,
    rules: RULES,
    previousDeadlineSec: null,
  });
}

// Every tenth second, every tenth block, and every minute: what was missed is claimed as the owner wants.
const every10 = { kind: "interval", periodSec: 10, catchUp: 0 } as const;
const from10 = { kind: "start", startSec: 0, periodSec: 10, catchUp: 0 } as const;
const blocks10 = { kind: "block", height: 500, every: 10, catchUp: 0 } as const;
const minutely = { kind: "cron", expression: "* * * * *", catchUp: 0 } as const;
const once = { kind: "start", startSec: 1, periodSec: 0, catchUp: 1 } as const;

test.each<[string, Trigger, number, number, number, number, boolean]>([
  ["skip, in turn", every10, 2, 10, 14, 0, false],
  ["skip, after its turn", every10, 2, 10, 15, 0, true],
  ["latest, in turn though a later one is due", every10, 2, 10, 14, 1, false],
  ["latest, after its turn", every10, 2, 10, 15, 1, true],
  ["all two, with one later", every10, 2, 10, 19, 2, false],
  ["all two, with two later", every10, 2, 10, 20, 2, true],
  ["all, a year later", every10, 2, 10, 31_536_000, 255, false],
  ["from a start, with two later", from10, 6, 10, 20, 2, true],
  ["once, a year later", once, 6, 0, 31_536_000, 1, false],
  ["once, but skip", once, 6, 0, 15, 0, true],
  ["latest block", blocks10, 5, 10, 9, 1, false],
  ["blocks, with two later", blocks10, 5, 10, 20, 2, true],
  ["latest minute", minutely, 4, 0, 59, 1, false],
  ["the minute before the latest", minutely, 4, 0, 60, 1, true],
  ["all of two hundred minutes", minutely, 4, 0, 199 * 60, 200, false],
  ["one too many of two hundred", minutely, 4, 0, 200 * 60, 200, true],
])("%s", (_, trigger, kind, period, afterSec, catchUp, isMissed) => {
  expect(late(trigger, afterSec, catchUp, kind, period)).toEqual(isMissed ? MISSED : null);
});

test("a height's turns begin when its block is final", () => {
  const row = anExecution(1, { kind: 5, ordinal: 500, t0Sec: 1_000, attempt: 1 });
  const plan = aPlan([], { trigger: { ...blocks10, catchUp: 0 } });
  const intent = anIntent(1, { kind: 5, period: 10, catchUp: 0, plan });
  const rules = { ...RULES, confirmations: 2 };
  const terms = { height: 900, executors: 7, rules, previousDeadlineSec: null };
  expect(latenessOf(row, intent, { ...terms, nowSec: 1_044 })).toBe(null);
  expect(latenessOf(row, intent, { ...terms, nowSec: 1_045 })).toEqual(MISSED);
});

test("events and fires have the claim window, later attempts the same after the lease before", () => {
  const manual = { kind: "manual" } as const;
  expect(late(manual, 3_600, 0, 3)).toBe(null);
  expect(late(manual, 3_601, 0, 3)).toEqual({ state: "missed", reason: "CLAIM_WINDOW_OVER" });
  const row = anExecution(1, { attempt: 2, t0Sec: 1_000 });
  const terms = { height: 1, executors: 7, rules: RULES, previousDeadlineSec: 9_000 };
  expect(latenessOf(row, anIntent(1), { ...terms, nowSec: 12_600 })).toBe(null);
  const over = latenessOf(row, anIntent(1), { ...terms, nowSec: 12_601 });
  expect(over).toEqual({ state: "failed", reason: "LEASE_LOST" });
});
