import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import type { DisputeStory, ExecutionStory } from "../story/execution-story.ts";
import { checkRun, crashChargesOf, type Rule } from "./check-run.ts";
import type { SlashSeen } from "./crash-charge.ts";
import type { Observations } from "./observations.ts";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const TARGET: Hex = `0x${"cc".repeat(20)}`;
const LIAR_NO = 3;

function anExecution(changes: Partial<ExecutionStory> = {}): ExecutionStory {
  return {
    executionId: word("a"),
    intentHash: word("1"),
    intentName: "sample",
    ordinal: 1,
    t0Sec: 100,
    attempt: 1,
    batchNo: 1,
    index: 0,
    nodeNo: 1,
    state: "final",
    status: "ok",
    actions: 1,
    fault: null,
    leaf: null,
    ...changes,
  };
}

function aDispute(changes: Partial<DisputeStory> = {}): DisputeStory {
  const of = { disputeNo: 1, executionId: word("a"), fault: "WrongStep", leaf: 1 } as const;
  return { ...of, accusedNo: LIAR_NO, outcome: "upheld", slashedWei: 1n, ...changes };
}

/** A run that keeps every promise, but for these changes. */
function aRun(changes: Partial<Observations> = {}): Observations {
  const execution = anExecution();
  const { executionId } = execution;
  return {
    transactions: [{ what: "a transfer", hash: word("7"), blockHash: word("8") }],
    blockHashNow: new Map([[word("7"), word("8")]]),
    due: [{ executionId, what: "fire" }],
    executions: new Map([[executionId, execution]]),
    disputes: [],
    leases: [{ executionId, attempt: 1, nodeNo: 1, fromSec: 100, untilSec: 105 }],
    requests: [{ atMs: 102_000, method: "POST", path: "/post", idempotencyKey: word("b") }],
    executionOfKey: new Map([[word("b"), executionId]]),
    actions: [{ executionId, step: 1, target: TARGET }],
    calledTimes: new Map([[TARGET, 1]]),
    slashes: [],
    loadEndSec: 200,
    liarNo: null,
    absences: [],
    ...changes,
  };
}

function broken(changes: Partial<Observations>): readonly Rule[] {
  return checkRun(aRun(changes)).map(({ rule }) => rule);
}

const only = (execution: ExecutionStory): Pick<Observations, "executions"> => ({
  executions: new Map([[execution.executionId, execution]]),
});

test("a run that keeps every promise has no violation", () => {
  expect(broken({})).toEqual([]);
});

test("an acknowledged transaction that is gone, or in another block, is lost", () => {
  expect(broken({ blockHashNow: new Map([[word("7"), null]]) })).toEqual(["TRANSACTION_LOST"]);
  expect(broken({ blockHashNow: new Map([[word("7"), word("9")]]) })).toEqual(["TRANSACTION_LOST"]);
});

test("an occurrence that nobody claimed is a lost execution", () => {
  const due = [...aRun().due, { executionId: word("f"), what: "tick 4" }];
  expect(broken({ due })).toEqual(["EXECUTION_LOST"]);
});

test.each(["claimed", "recorded", "disputed", "lost", "void"] as const)(
  "an execution that stays %s is not terminal",
  (state) => {
    expect(broken(only(anExecution({ state })))).toEqual(["NOT_TERMINAL"]);
  },
);

test("what an interval brings after the load is nobody's promise yet", () => {
  const late = anExecution({ executionId: word("d"), t0Sec: 201, state: "claimed" });
  const executions = new Map([...aRun().executions, [late.executionId, late]]);
  expect(broken({ executions })).toEqual([]);
});

test("a lie that was voted guilty is terminal; an honest node's is an accusation", () => {
  const slashes = [aSlash(LIAR_NO, "WrongStep")];
  const lied = { ...only(anExecution({ state: "void" })), liarNo: LIAR_NO, slashes };
  expect(broken({ ...lied, disputes: [aDispute()] })).toEqual([]);
  expect(broken({ ...lied, disputes: [aDispute({ outcome: "open" })] })).toEqual([
    "NOT_TERMINAL",
    "HONEST_SLASHED",
    "LIE_UNPUNISHED",
  ]);
  expect(broken({ ...lied, disputes: [aDispute({ accusedNo: 4 })] })).toEqual([
    "NOT_TERMINAL",
    "HONEST_ACCUSED",
    "HONEST_SLASHED",
    "LIE_UNPUNISHED",
  ]);
});

test("two effects of one step, or calls that the gateway does not tell of, are one too many", () => {
  const [action] = aRun().actions;
  const actions = [action!, action!];
  expect(broken({ actions, calledTimes: new Map([[TARGET, 2]]) })).toEqual(["ACTED_TWICE"]);
  expect(broken({ calledTimes: new Map([[TARGET, 2]]) })).toEqual(["ACTED_TWICE"]);
});

test("a POST that comes twice is one too many; a PUT may be repeated", () => {
  const [request] = aRun().requests;
  expect(broken({ requests: [request!, request!] })).toEqual(["SENT_TWICE"]);
  const put = { ...request!, method: "PUT" };
  expect(broken({ requests: [put, put] })).toEqual([]);
});

test("a request when nobody holds its execution is outside every lease", () => {
  const [request] = aRun().requests;
  const at = (atMs: number) => broken({ requests: [{ ...request!, atMs }] });
  expect(at(99_000)).toEqual([]);
  expect(at(97_000)).toEqual(["OUTSIDE_LEASE"]);
  expect(at(106_500)).toEqual([]);
  expect(at(107_000)).toEqual(["OUTSIDE_LEASE"]);
  expect(broken({ requests: [{ ...request!, idempotencyKey: null }] })).toEqual(["SENT_BY_NOBODY"]);
});

test("a lie that costs nothing is unpunished; what the liar pays besides is as with everybody", () => {
  const lied = { ...only(anExecution({ state: "void" })), liarNo: LIAR_NO, disputes: [aDispute()] };
  expect(broken(lied)).toEqual(["LIE_UNPUNISHED"]);
  const slashes = [aSlash(LIAR_NO, "WrongStep"), aSlash(LIAR_NO, "ClaimWithoutRecord")];
  expect(broken({ ...lied, slashes })).toEqual(["HONEST_SLASHED"]);
  expect(broken({ liarNo: LIAR_NO })).toEqual(["LIE_UNPUNISHED"]);
});

test("an honest bond is touched by nothing but what the run's own kills explain", () => {
  const slashes = [aSlash(4, "ClaimWithoutRecord")];
  expect(broken({ slashes })).toEqual(["HONEST_SLASHED"]);
  expect(broken({ slashes, absences: [away(4)] })).toEqual([]);
  expect(crashChargesOf(aRun({ slashes, absences: [away(4)] }))).toHaveLength(1);
  expect(broken({ slashes: [aSlash(4, "WrongStep")], absences: [away(4)] })).toEqual([
    "HONEST_SLASHED",
  ]);
});

test("kills explain a few charges, not any number", () => {
  const slashes = [aSlash(4, "ClaimWithoutRecord"), aSlash(4, "ClaimWithoutRecord")];
  const absences = [away(4), away(5), away(6)];
  // All at one time is away once.
  expect(broken({ slashes, absences })).toEqual(["CHARGED_TOO_OFTEN"]);
  const later = { ...away(6), fromMs: 200_000, untilMs: 217_000 };
  expect(broken({ slashes, absences: [away(4), later] })).toEqual([]);
});

function aSlash(operatorNo: number, fault: SlashSeen["fault"]): SlashSeen {
  const missed = { what: "batch 7", nodeNos: [operatorNo], fromMs: 100_000, untilMs: 116_000 };
  return { operatorNo, fault, amountWei: 5n, missed };
}

function away(nodeNo: number) {
  return { cause: "kill 1", nodeNo, fromMs: 100_500, untilMs: 114_000, restartMs: 13_500 };
}
