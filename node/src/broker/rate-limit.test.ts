import type { ServerResponse } from "node:http";
import type { Hex } from "@deed/protocol/encoding";
import fc from "fast-check";
import { expect, test } from "vitest";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { jobOf } from "./broker.testing.ts";
import { OriginLimiter, type RateOptions } from "./rate-limit.ts";

const { openBroker, serve } = openBench();

const GREEDY: Hex = `0x${"aa".repeat(32)}`;
const MODEST: Hex = `0x${"bb".repeat(32)}`;

const RATE: RateOptions = { perSecond: 1_000, burst: 1_000, concurrent: 1, waiting: 100 };
const clock = { nowMs: () => 0 };

/** Asks for turns in this order and gives each back at once; tells who got one, in order. */
async function turnsOf(options: RateOptions, asked: readonly Hex[]): Promise<readonly Hex[]> {
  const limiter = new OriginLimiter(options, { clock });
  const turns: Hex[] = [];
  const enter = async (intentHash: Hex): Promise<void> => {
    await limiter.enter(intentHash, new AbortController().signal);
    turns.push(intentHash);
  };
  await limiter.enter(GREEDY, never);
  const waiting = asked.map((intentHash) => enter(intentHash).catch(() => undefined));
  for (let turn = 0; turn <= asked.length; turn += 1) {
    limiter.leave();
    await Promise.resolve();
    await Promise.resolve();
    if (turns.length === asked.length) break;
  }
  await Promise.all(waiting);
  return turns;
}

test("an origin gets no more than its rate; who waits too long is told so", async () => {
  const origin = await serve((_request, response) => void response.end());
  const rate = { perSecond: 0.1, burst: 2, concurrent: 8, waiting: 8 };
  const { broker, plan, effect } = openBroker(origin, {
    options: { rate },
    step: { timeoutMs: 1_000 },
  });
  const { handle } = broker.open(jobOf(plan));
  const results = await Promise.all([1, 2, 3].map(() => handle(effect, never)));
  expect(results.map((result) => result.status).sort()).toEqual([0, 0, 1]);
  expect(results.map(errorOf)).toContainEqual(expect.objectContaining({ code: "RATE_LIMITED" }));
});

test("an origin gets no more requests at one time than allowed, over all intents", async () => {
  const held: ServerResponse[] = [];
  let most = 0;
  const origin = await serve((_request, response) => {
    held.push(response);
    most = Math.max(most, held.length);
    // None before there are as many as may be; a fourth would come with the third.
    if (held.length >= 3)
      setImmediate(() => {
        for (const each of held.splice(0)) each.end();
      });
  });
  const rate = { perSecond: 1_000, burst: 1_000, concurrent: 3, waiting: 100 };
  const { broker, plan, effect } = openBroker(origin, { options: { rate } });
  const doors = [GREEDY, MODEST].map((intentHash) => broker.open(jobOf(plan, { intentHash })));
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, index) => doors[index % 2]!.handle(effect, never)),
  );
  expect(results.every((result) => result.status === 0)).toBe(true);
  expect(most).toBe(3);
});

test("an intent that asks for much does not delay one that asks for little", async () => {
  const asked = [...Array.from({ length: 20 }, () => GREEDY), MODEST, MODEST];
  const turns = await turnsOf(RATE, asked);
  expect(turns.slice(0, 4).filter((intentHash) => intentHash === MODEST)).toHaveLength(2);
  expect(turns).toHaveLength(asked.length);
});

test("where no more may wait, the intent with the most waiting loses its last", async () => {
  const asked = [...Array.from({ length: 20 }, () => GREEDY), MODEST, MODEST];
  const turns = await turnsOf({ ...RATE, waiting: 4 }, asked);
  expect(turns.filter((intentHash) => intentHash === MODEST)).toHaveLength(2);
  expect(turns).toHaveLength(4);
});

test("whoever asks, every intent gets its share of the turns", async () => {
  const intents = fc.integer({ min: 1, max: 4 }).map((n): Hex => `0x${`0${n}`.repeat(32)}`);
  await fc.assert(
    fc.asyncProperty(fc.array(intents, { maxLength: 40 }), async (asked) => {
      const turns = await turnsOf(RATE, asked);
      expect(turns.toSorted()).toEqual(asked.toSorted());
      const kinds = new Set(asked);
      const firstRound = turns.slice(0, kinds.size);
      // Each one has its first turn before anybody has a second.
      expect(new Set(firstRound).size).toBe(kinds.size);
    }),
  );
});

test("who gives up waiting leaves its place to others, and a bucket fills again", async () => {
  let nowMs = 0;
  const limiter = new OriginLimiter(
    { perSecond: 100, burst: 1, concurrent: 8, waiting: 8 },
    { clock: { nowMs: () => nowMs } },
  );
  await limiter.enter(GREEDY, never);
  expect(limiter.isIdle).toBe(false);
  const abort = new AbortController();
  const given = limiter.enter(GREEDY, abort.signal);
  abort.abort();
  await expect(given).rejects.toMatchObject({ code: "RATE_LIMITED" });
  const next = limiter.enter(MODEST, never);
  nowMs = 20;
  await next;
  limiter.leave();
  limiter.leave();
  nowMs = 40;
  expect(limiter.isIdle).toBe(true);
});
