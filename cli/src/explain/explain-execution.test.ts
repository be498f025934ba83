import type { Leaf } from "@deed/protocol/transcript";
import type { ExecutionDetail, IntentDetail } from "@deed/sdk";
import { expect, test } from "vitest";
import { explainExecution } from "./explain-execution.ts";
import { explainIntent } from "./explain-intent.ts";

const NOW_SEC = 10_000;
const word = (byte: string) => `0x${byte.repeat(32)}` as const;

const intent = {
  trigger: "interval",
  state: "accepted",
  refusal: null,
  start: 9_000,
  period: 60,
  catchUp: 1,
  validUntilSec: 20_000,
  maxExecutions: 10,
  perHour: 0,
  revokedBlock: null,
  executions: { final: 3 },
} as unknown as IntentDetail;

const execution = {
  executionId: word("ab"),
  intentHash: word("cd"),
  t0Sec: 9_990,
  state: "final",
  reason: null,
  attempt: 1,
  status: "failed",
  sandbox: "container",
  adapter: "bubblewrap",
  holderNode: 4,
  batch: { round: 7, draw: 0 },
  verdicts: [{ verdict: "right" }, { verdict: "right" }, { verdict: "right" }],
  disputes: [],
} as unknown as ExecutionDetail;

const leaf = (fields: Partial<Leaf>): Leaf =>
  ({ step: 0, kind: "HTTP", try: 1, status: 0, input: null, output: null, ...fields }) as Leaf;

function codes(change: Partial<ExecutionDetail>, leaves: readonly Leaf[] | null = []): string[] {
  const facts = {
    execution: { ...execution, ...change },
    intent,
    leaves,
    stepIds: ["send", "tell"],
    claimsBarred: null,
    nowSec: NOW_SEC,
  };
  return explainExecution(facts).map(({ code }) => code);
}

test("of a recorded run, each step that did not end well is told with the reason of its last try", () => {
  const error = { error: { code: "TIMEOUT", message: "" } };
  const leaves = [
    leaf({ step: 65_535, kind: "TRIGGER" }),
    leaf({ status: 1, output: error }),
    leaf({ try: 2, status: 1, output: { status: 503 } }),
    leaf({ step: 1, kind: "SKIP", input: { reason: "failed" } }),
  ];
  const rest = { stepIds: ["send", "tell"], claimsBarred: null, nowSec: NOW_SEC };
  const facts = { execution, intent, leaves, ...rest };
  expect(explainExecution(facts).map(({ text }) => text)).toEqual([
    "ended failed; 3 of 3 verdicts found the record right",
    "ran in: container, by bubblewrap, says its executor",
    "send, try 2: the target answered 503",
    expect.stringMatching(/^tell was skipped: an earlier step did not end well/),
  ]);
});

test("a false condition, a missing value and every effect's error have a reason of their own", () => {
  const condition = (output: Leaf["output"]) =>
    leaf({ kind: "CONDITION", input: { expression: "1 > 2" }, output });
  expect(codes({}, [condition({ value: false })])).toContain("CONDITION_FALSE");
  expect(codes({}, [condition({ value: true })])).toEqual(["FINAL", "SANDBOX"]);
  expect(codes({}, [condition({ error: { code: "NO_FIELD" } })])).toContain("EXPRESSION_NO_FIELD");
  for (const code of ["TIMEOUT", "INDETERMINATE", "REVERTED", "ADDRESS_REFUSED"]) {
    expect(codes({}, [leaf({ status: 1, output: { error: { code } } })])).toContain(code);
  }
});

test("what is not over yet says for what it waits", () => {
  expect(codes({ state: "due", t0Sec: NOW_SEC + 5 })).toEqual(["NOT_YET"]);
  expect(codes({ state: "due" })).toEqual(["UNCLAIMED"]);
  expect(codes({ state: "claiming" })).toEqual(["CLAIM_SENT"]);
  expect(codes({ state: "running" })).toEqual(["HELD"]);
  const batch = execution.batch as NonNullable<ExecutionDetail["batch"]>;
  expect(codes({ state: "recorded", batch: { ...batch, round: null } })).toEqual([
    "WAITS_FOR_ROUND",
    "SANDBOX",
  ]);
  expect(codes({ state: "recorded", batch: { ...batch, draw: 1 } })).toEqual([
    "REDRAWN",
    "SANDBOX",
  ]);
  expect(codes({ state: "recorded" })).toEqual(["WAITS_FOR_VERDICT", "SANDBOX"]);
});

test("what ended without a record says why, and what to do", () => {
  for (const reason of ["CLAIM_WINDOW_OVER", "LEASE_LOST", "FIRE_EXPIRED", "SANDBOX_LEVEL"]) {
    const facts = {
      execution: { ...execution, state: "missed" as const, reason },
      intent,
      leaves: null,
      stepIds: [],
      claimsBarred: null,
      nowSec: NOW_SEC,
    };
    const [first] = explainExecution(facts);
    expect(first).toMatchObject({ code: reason, remedy: expect.any(String) });
  }
});

test("a void record names fault and leaf; a bundle that nobody has is told", () => {
  const dispute = { disputeNo: 1, fault: "WrongStep", leaf: 2, accusedNo: 3, state: "upheld" };
  expect(codes({ state: "void", disputes: [dispute] })).toEqual(["WrongStep"]);
  expect(codes({ state: "void" })).toEqual(["DISPUTED"]);
  expect(codes({}, null)).toEqual(["FINAL", "SANDBOX", "BUNDLE_UNAVAILABLE"]);
});

test("an intent that cannot run says each reason, one that can says for what it waits", () => {
  const of = (change: Partial<IntentDetail>) =>
    explainIntent({
      intent: { ...intent, ...change },
      last: null,
      claimsBarred: null,
      nowSec: NOW_SEC,
    });
  expect(of({}).map(({ code }) => code)).toEqual(["WAITING", "NEVER_RAN"]);
  // Tick k is at 9,000 + 60·k; the first from 10,000 on is number 17.
  expect(of({})[0]?.text).toBe("its next tick is number 17 at 1970-01-01T02:47:00Z");
  expect(of({ state: "revoked", revokedBlock: 5 })[0]?.code).toBe("REVOKED");
  expect(of({ state: "refused", refusal: "RUNTIME" })[0]?.text).toContain("RUNTIME");
  const both = of({ validUntilSec: 9_999, executions: { final: 8, void: 2, missed: 4 } });
  expect(both.map(({ code }) => code)).toEqual(["EXPIRED", "USED_UP"]);
  expect(of({ executions: { missed: 2 } }).map(({ code }) => code)).toContain("MISSED");
});

test("while the ledger takes no claims, what waits says so, until when, and who may change it", () => {
  const claimsBarred = { by: "pause", untilSec: NOW_SEC + 60 } as const;
  const due = { ...execution, state: "due" } as ExecutionDetail;
  const rest = { intent, leaves: null, stepIds: [], claimsBarred, nowSec: NOW_SEC };
  const [waits] = explainExecution({ ...rest, execution: due });
  expect(waits).toMatchObject({
    code: "CLAIMS_PAUSED",
    text: "claims are paused on the whole network until 1970-01-01T02:47:40Z",
  });
  expect(waits?.remedy).toContain("deed gov status");
  const suspended = { by: "suspension", untilSec: 2 ** 40 - 1 } as const;
  const [idle] = explainIntent({ intent, last: null, claimsBarred: suspended, nowSec: NOW_SEC });
  expect(idle?.code).toBe("OPERATOR_SUSPENDED");
  expect(idle?.text).toContain("until the council lifts it");
  const jailed = { by: "jail", untilSec: NOW_SEC + 60 } as const;
  const [locked] = explainIntent({ intent, last: null, claimsBarred: jailed, nowSec: NOW_SEC });
  expect(locked?.code).toBe("OPERATOR_JAILED");
  expect(locked?.text).toContain("in jail after a proven fault");
  const done = explainExecution({ ...rest, execution: { ...execution, state: "claimed" } });
  expect(done.map(({ code }) => code)).toEqual(["HELD"]);
});
