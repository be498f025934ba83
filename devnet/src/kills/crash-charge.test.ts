import { expect, test } from "vitest";
import type { Absence } from "./absence.ts";
import { crashCharge, type SlashSeen } from "./crash-charge.ts";

const SLASH: SlashSeen = {
  operatorNo: 4,
  fault: "ClaimWithoutRecord",
  amountWei: 5n,
  missed: { what: "batch 56", nodeNos: [4], fromMs: 100_000, untilMs: 116_000 },
};

function killed(nodeNo: number | null, fromMs: number, untilMs: number): Absence {
  const cause = `kill at ${fromMs}`;
  return { cause, nodeNo, fromMs, untilMs, restartMs: untilMs - fromMs };
}

function causes(absences: readonly Absence[], changes: Partial<SlashSeen> = {}) {
  return crashCharge({ ...SLASH, ...changes }, absences)?.causes ?? null;
}

test("a node that was killed again and again had no time to record", () => {
  const kills = [killed(4, 101_000, 104_000), killed(4, 108_000, 112_000)];
  expect(causes(kills)).toEqual(["kill at 101000", "kill at 108000"]);
});

test("a node that came back with time to record should have done so", () => {
  expect(causes([killed(4, 100_500, 103_000)])).toBeNull();
  expect(causes([killed(4, 113_500, 120_000)])).toBeNull();
});

test("time with the sequencer away is no time to record", () => {
  const own = killed(4, 100_500, 104_000);
  const chain = killed(null, 109_000, 112_000);
  expect(causes([own])).toBeNull();
  expect(causes([own, chain])).toEqual(["kill at 100500", "kill at 109000"]);
  expect(causes([killed(null, 101_000, 115_000)])).toEqual(["kill at 101000"]);
  expect(causes([killed(null, 101_000, 103_000)])).toBeNull();
});

test("a start that took very long does not excuse twenty idle seconds", () => {
  const missed = { ...SLASH.missed!, untilMs: 155_000 };
  const slow = killed(4, 101_000, 134_000);
  expect(causes([slow], { missed })).toBeNull();
  expect(causes([slow, killed(4, 150_000, 154_000)], { missed })).toHaveLength(2);
});

test("kills of others, or at other times, excuse nobody", () => {
  expect(causes([killed(5, 100_000, 116_000)])).toBeNull();
  expect(causes([killed(4, 90_000, 99_000), killed(4, 117_000, 130_000)])).toBeNull();
});

test.each(["WrongStep", "RepeatedSilence", "VerdictWithheld", "ActedWithoutRecord", null] as const)(
  "no crash excuses %s",
  (fault) => {
    expect(causes([killed(4, 100_000, 116_000)], { fault })).toBeNull();
  },
);

test("what the ledger does not tell the time of is not excused", () => {
  expect(causes([killed(4, 100_000, 116_000)], { missed: null })).toBeNull();
});
