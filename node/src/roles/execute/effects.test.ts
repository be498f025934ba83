import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hash } from "../../store/store.testing.ts";
import { type TestNode, testNode } from "../context.testing.ts";
import { anAttempt, aRequest } from "./attempt.testing.ts";
import type { Attempt } from "./attempt.ts";
import { EffectJournal } from "./effect-journal.ts";
import { type EffectParts, journalledEffects, ReplayError } from "./effects.ts";

type HttpEffect = Extract<EffectRequest, { kind: "http" }>;

const anchor = { number: 5, hash: hash(5) };
const RESPONSE: EffectResult = {
  startedMs: 1,
  endedMs: 2,
  anchor,
  status: 0,
  output: { status: 200, headers: {}, body: "ok" },
};
const signal = new AbortController().signal;

let node: TestNode;
let sent: EffectRequest[];

beforeEach(() => {
  node = testNode();
  sent = [];
});
afterEach(() => node.close());

function effect(changes: Partial<HttpEffect> = {}): HttpEffect {
  return {
    kind: "http",
    stepIndex: 0,
    stepId: "one",
    try: 1,
    origin: "http://x",
    delivery: "once",
    timeoutMs: 1_000,
    request: aRequest(),
    ...changes,
  };
}

function handler(attempt: Attempt = anAttempt(), parts: Partial<EffectParts> = {}) {
  const { executionId, attempt: attemptNo } = attempt.execution;
  const journal = new EffectJournal(
    { executionId, attempt: attemptNo, processId: "p1" },
    node.context,
  );
  return journalledEffects(attempt, {
    journal,
    broker: (request) => {
      sent.push(request);
      return Promise.resolve(RESPONSE);
    },
    anchor: () => anchor,
    refusal: () => null,
    stamp: (answer) => ({ startedMs: 3, endedMs: 3, anchor, ...answer }),
    ...parts,
  });
}

function rowOf(request: HttpEffect, attempt = 1) {
  const { stepIndex: step, try: tryNo } = request;
  return node.store.read.effects.get({ executionId: hash(1), attempt, step, try: tryNo });
}

/** A request that a stopped process began and never ended. */
async function begun(request: HttpEffect): Promise<void> {
  const broken = handler(anAttempt(), { broker: () => Promise.reject(new Error("killed")) });
  await expect(broken(request, signal)).rejects.toThrow("killed");
  expect(rowOf(request)?.state).toBe("started");
}

test("the mark is on the disk before the request leaves, the result after", async () => {
  const seen: (string | undefined)[] = [];
  const watching = handler(anAttempt(), {
    broker: (request) => {
      seen.push(rowOf(request as HttpEffect)?.state);
      return Promise.resolve(RESPONSE);
    },
  });
  expect(await watching(effect(), signal)).toEqual(RESPONSE);
  expect([...seen, rowOf(effect())?.state]).toEqual(["started", "done"]);
});

test("a result in the journal is given again and nothing is sent", async () => {
  await handler()(effect(), signal);
  const other = handler(anAttempt(undefined, { isSubmitter: false }));
  expect(await other(effect(), signal)).toEqual(RESPONSE);
  expect(sent).toHaveLength(1);
});

test("a run that asks for something else than the journal has is stopped", async () => {
  await handler()(effect(), signal);
  const asked = effect({ request: aRequest({ body: "other" }) });
  expect(() => handler()(asked, signal)).toThrow(ReplayError);
});

test("an at-most-once request that was begun is never sent again", async () => {
  await begun(effect());
  expect(await handler()(effect(), signal)).toMatchObject({
    status: 2,
    output: { error: { code: "INDETERMINATE" } },
  });
  expect(sent).toEqual([]);
  expect(rowOf(effect())?.state).toBe("done");
});

test("an idempotent request that was begun is sent again, as it was", async () => {
  const request = effect({ delivery: "idempotent" });
  await begun(request);
  expect(await handler()(request, signal)).toEqual(RESPONSE);
  expect(sent).toEqual([request]);
});

test("only the process that submitted the claim sends an at-most-once request", async () => {
  const other = handler(anAttempt(undefined, { isSubmitter: false }));
  expect(await other(effect(), signal)).toMatchObject({ status: 2 });
  expect(await other(effect({ stepIndex: 1, delivery: "repeatable" }), signal)).toEqual(RESPONSE);
  expect(sent).toHaveLength(1);
});

test("a later attempt never sends one, whoever claimed it", async () => {
  const first = anAttempt();
  const second = { ...first, execution: { ...first.execution, attempt: 2 } };
  expect(await handler(second)(effect(), signal)).toMatchObject({ status: 2 });
  expect(sent).toEqual([]);
});

test("who could not have sent a request does not say that it was not sent", async () => {
  const refusal = () => ({ code: "REVOKED", message: "" }) as const;
  const other = handler(anAttempt(undefined, { isSubmitter: false }), { refusal });
  expect(await other(effect(), signal)).toMatchObject({ status: 2 });
  expect(await handler(anAttempt(), { refusal })(effect({ stepIndex: 1 }), signal)).toMatchObject({
    status: 3,
    output: { error: { code: "REVOKED" } },
  });
  expect(sent).toEqual([]);
});

test.each([
  ["LEASE_OVER", 3, 2],
  ["UNREACHABLE", 1, 2],
  ["REVERTED", 1, 1],
] as const)(
  "a call that was begun and ends %s may have taken place",
  async (code, status, said) => {
    const request: EffectRequest = {
      kind: "call",
      stepIndex: 0,
      stepId: "one",
      try: 1,
      timeoutMs: 1_000,
      target: `0x${"cc".repeat(20)}`,
      valueWei: "0",
      callData: "0x18178358",
    };
    const refused: EffectResult = {
      startedMs: 1,
      endedMs: 2,
      anchor,
      status,
      output: { error: { code, message: "" } },
    };
    const refusing = (): Promise<EffectResult> => Promise.resolve(refused);
    const broken = handler(anAttempt(), { broker: () => Promise.reject(new Error("killed")) });
    await expect(broken(request, signal)).rejects.toThrow("killed");
    const again = handler(anAttempt(), { broker: refusing });
    expect(await again(request, signal)).toMatchObject({ status: said });
    const first = handler(anAttempt(), { broker: refusing });
    expect(await first({ ...request, stepIndex: 1 }, signal)).toEqual(refused);
  },
);

test("a pause leaves no trace", async () => {
  await handler()({ kind: "pause", ms: 1 }, signal);
  expect(node.store.read.effects.ofRun(hash(1), 1)).toEqual([]);
});
