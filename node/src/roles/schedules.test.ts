import { FAULT_NUMBERS } from "@deed/protocol/encoding";
import type { Trigger } from "@deed/protocol/plan";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClaimRole } from "./claim/claim-role.ts";
import { ClockGuard } from "./claim/clock-guard.ts";
import { httpStep } from "./execute/attempt.testing.ts";
import { aPlan } from "./intent.testing.ts";
import { claim, execute, type RegisterOptions, register } from "./test-executor.testing.ts";
import { startTestNetwork, type TestNetwork } from "./test-network.testing.ts";

// Schedules over the real contracts: a claiming node that is stopped over several ticks and started again, and one
// that claims what is no tick.

const LIMIT_MS = 240_000;
const CLAIMER = 1;
const STEPS = [httpStep("ping", "https://a.example/", { if: "1 < 2" })];
const OPTIONS = {
  inFlight: 4,
  openExecutions: 10_000,
  fillMs: 0,
  retryMs: 500,
  lookAt: 1_000,
};

let network: TestNetwork;
let nonce = 1n;

beforeAll(async () => {
  network = await startTestNetwork(7);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

async function registerSchedule(trigger: Trigger, options: RegisterOptions = {}) {
  nonce += 1n;
  const plan = aPlan(STEPS, { trigger, name: `schedule-${nonce}` });
  return await register(network, plan, { nonce, ...options });
}

/** Has a node claim until the returned function is called. */
function claiming(nodeNo = CLAIMER): () => Promise<void> {
  const { context } = network.node(nodeNo);
  const stop = new AbortController();
  const guard = new ClockGuard(
    { toleranceMs: 5_000, everyMs: 1_000 },
    { clock: context.clock, head: () => context.ledger.head() },
  );
  const role = new ClaimRole(OPTIONS, {
    ...{ context, clockGuard: guard },
    containers: () => "none",
  });
  const running = role.run(stop.signal);
  return async () => {
    stop.abort();
    context.wakers.wakeAll();
    await running;
  };
}

/** Ordinals of an intent in a state, ascending, as the claiming node knows them. */
function ordinalsOf(intentNo: number, state: string): readonly number[] {
  const { executions } = network.node(CLAIMER).store.read;
  return executions
    .select("intent_no = :intentNo AND state = :state ORDER BY ordinal", { intentNo, state })
    .map(({ ordinal }) => ordinal);
}

/** Ordinals of an intent that were claimed, ascending; nobody executes them here, so that they are claimed again. */
function claimedOf(intentNo: number): readonly number[] {
  const { batches } = network.node(CLAIMER).store.read;
  return batches
    .select("1 ORDER BY batch_no")
    .flatMap(({ items }) => items)
    .filter((item) => item.intentNo === intentNo && item.attempt === 1)
    .map(({ ordinal }) => ordinal)
    .sort((a, b) => a - b);
}

/** Nobody claims, and every clock goes on. */
async function outage(seconds: number): Promise<void> {
  network.clock.set(network.clock.nowMs() + seconds * 1000);
  for (const { context } of network.nodes) context.wakers.wakeAll();
  await network.settle();
}

const seconds = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test(
  "ticks that fell into an outage are caught up as each owner signed",
  async () => {
    const policies = { skip: 0, latest: 1, three: 3, all: 255 };
    const intents = await Promise.all(
      Object.entries(policies).map(async ([name, catchUp]) => {
        const trigger = { kind: "interval", periodSec: 20, catchUp } as const;
        return [name, await registerSchedule(trigger, { maxExecutions: 13 })] as const;
      }),
    );
    const { skip, latest, three, all } = Object.fromEntries(intents) as {
      [name in keyof typeof policies]: Awaited<ReturnType<typeof registerSchedule>>;
    };
    const stop = claiming();
    // Registered one after the other: the last one's start counts.
    const startSec = Math.max(...intents.map(([, { startSec: each }]) => each));
    await network.until("two ticks", () => network.nowSec >= startSec + 2 * 20 + 10);
    for (const [, { intentNo }] of intents) expect(claimedOf(intentNo)).toEqual([1, 2]);
    await stop();
    // Ten ticks fall into it, and the last one's ranks have all had their turns at the end.
    await outage(200);
    const resume = claiming();
    await network.until("caught up", () => claimedOf(all.intentNo).length === 12, 20);
    expect(claimedOf(all.intentNo)).toEqual(seconds(1, 12));
    expect(claimedOf(three.intentNo)).toEqual([1, 2, 10, 11, 12]);
    expect(claimedOf(latest.intentNo)).toEqual([1, 2, 12]);
    expect(claimedOf(skip.intentNo)).toEqual([1, 2]);
    expect(ordinalsOf(skip.intentNo, "missed")).toEqual(seconds(3, 12));
    expect(ordinalsOf(latest.intentNo, "missed")).toEqual(seconds(3, 11));
    expect(ordinalsOf(three.intentNo, "missed")).toEqual(seconds(3, 9));
    // And the next tick comes in its time for each.
    await network.until("the next", () => claimedOf(skip.intentNo).length === 3, 40);
    expect(claimedOf(skip.intentNo)).toEqual([1, 2, 13]);
    await resume();
  },
  LIMIT_MS,
);

test(
  "while one node is away, another takes its ticks, and the one that comes back claims none again",
  async () => {
    const { intentNo } = await registerSchedule(
      { kind: "interval", periodSec: 10, catchUp: 0 },
      { maxExecutions: 6 },
    );
    const path = await network.stop(CLAIMER);
    const stop = claiming(2);
    const { executions } = network.node(2).store.read;
    const third = "intent_no = :intentNo AND ordinal = 3 AND batch_no > 0";
    await network.until("three", () => executions.count(third, { intentNo }) === 1, 90);
    await network.start(CLAIMER, path);
    const back = claiming();
    await network.until("two more", () => claimedOf(intentNo).length === 5, 60);
    expect(claimedOf(intentNo)).toEqual(seconds(1, 5));
    expect(ordinalsOf(intentNo, "missed")).toEqual([]);
    await Promise.all([stop(), back()]);
  },
  LIMIT_MS,
);

test(
  "once, at its time or late; from the registration on; at heights; by the calendar",
  async () => {
    const { number: height } = await network.chain.ledger.head();
    const at = network.nowSec + 30;
    const once = await registerSchedule({ kind: "start", startSec: at, periodSec: 0, catchUp: 1 });
    const now = await registerSchedule({ kind: "start", startSec: 0, periodSec: 25, catchUp: 1 });
    const first = height + 5;
    // Each claim is a block more: three heights are enough.
    const heights = await registerSchedule(
      { kind: "block", height: first, every: 3, catchUp: 255 },
      { maxExecutions: 3 },
    );
    const minutes = await registerSchedule(
      { kind: "cron", expression: "*/2 * * * *", catchUp: 1 },
      { maxExecutions: 1 },
    );
    const stop = claiming();
    await network.until("all of them", () => claimedOf(minutes.intentNo).length === 1, 150);
    await network.until("the heights", () => claimedOf(heights.intentNo).length === 3, 90);
    await network.until("once", () => claimedOf(once.intentNo).length === 1, 40);
    expect(claimedOf(once.intentNo)).toEqual([0]);
    expect(claimedOf(now.intentNo).slice(0, 2)).toEqual([0, 1]);
    expect(claimedOf(heights.intentNo)).toEqual([first, first + 3, first + 6]);
    expect(claimedOf(minutes.intentNo)[0]! % 2).toBe(0);
    await stop();
  },
  LIMIT_MS,
);

test(
  "a minute that the expression does not have is a wrong trigger: void, and the claimer is slashed",
  async () => {
    const trigger = { kind: "cron", expression: "0 0 1 1 *", catchUp: 1 } as const;
    const intent = await registerSchedule(trigger, { maxExecutions: 2 });
    const minute = Math.floor(network.nowSec / 60) + 1;
    await network.until("the minute", () => network.nowSec >= minute * 60 + 8);
    const before = (await network.chain.ledger.operator(3)).bondWei;
    const entry = { kind: "cron", intentNo: intent.intentNo, ordinal: minute } as const;
    const batchNo = await claim(network, 3, [entry], 4);
    await execute(network, intent, batchNo);
    const { store } = network.node(CLAIMER);
    await network.until(
      "voided",
      () => store.read.executions.ofBatch(batchNo)[0]?.state === "void",
    );
    expect(store.read.disputes.ofBatch(batchNo)).toMatchObject([
      { fault: FAULT_NUMBERS.WrongTrigger, state: "upheld" },
    ]);
    const after = (await network.chain.ledger.operator(3)).bondWei;
    expect(after).toBe(before - before / 5n);
  },
  LIMIT_MS,
);

test(
  "a minute that was missed, and is not the newest any more, is a wrong trigger too",
  async () => {
    const intent = await registerSchedule(
      { kind: "cron", expression: "* * * * *", catchUp: 1 },
      { maxExecutions: 2 },
    );
    const minute = Math.floor(network.nowSec / 60) + 1;
    await network.until("three minutes", () => network.nowSec >= (minute + 2) * 60 + 8);
    const entries = [minute, minute + 2].map(
      (ordinal) => ({ kind: "cron", intentNo: intent.intentNo, ordinal }) as const,
    );
    const batchNo = await claim(network, 4, entries, 4);
    await execute(network, intent, batchNo);
    const { executions } = network.node(CLAIMER).store.read;
    const statesOf = () => executions.ofBatch(batchNo).map(({ state }) => state);
    await network.until("voided", () => statesOf()[0] === "void");
    expect(statesOf()).toEqual(["void", "final"]);
  },
  LIMIT_MS,
);

test(
  "the hourly limit is used up, opens again with the next hour, and all that is left is used up in the end",
  async () => {
    await outage(3600 - (network.nowSec % 3600) + 1);
    const trigger = { kind: "interval", periodSec: 600, catchUp: 1 } as const;
    const limits = { perHour: 2, maxExecutions: 3 };
    const { intentNo, startSec } = await registerSchedule(trigger, limits);
    const stop = claiming();
    for (let k = 1; k <= 7; k += 1) {
      await outage(startSec + k * 600 - network.nowSec);
      await network.until("its turn", () => network.nowSec >= startSec + k * 600 + 9, 20);
    }
    // Ticks 1 and 2 are the hour's; tick 5 waits for the next hour and is the newest until tick 6.
    expect(claimedOf(intentNo)).toEqual([1, 2, 6]);
    expect(ordinalsOf(intentNo, "missed")).toEqual([3, 4, 5, 7]);
    expect(await network.chain.ledger.intentState(intentNo)).toMatchObject({ remaining: 0 });
    await stop();
  },
  LIMIT_MS,
);
