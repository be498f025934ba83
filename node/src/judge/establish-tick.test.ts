import {
  type BatchItem,
  denseOccurrenceId,
  executionId,
  type Hex,
  wordHex,
} from "@deed/protocol/encoding";
import type { Trigger } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import { describe, expect, test } from "vitest";
import { FirstBook } from "../chain-events/first-book.ts";
import { anIntent, aPlan } from "../roles/intent.testing.ts";
import { hash } from "../store/store.testing.ts";
import { establishOccurrence, type OccurrenceParts } from "./establish-occurrence.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const WRONG = { kind: "fault", fault: "WrongTrigger", leaf: 0 };
// A day at noon, in minutes since 1970.
const NOON = 30_000_000 - (30_000_000 % 1440) + 720;

type Kind = "interval" | "cron" | "block" | "start";
const NUMBERS = { interval: 2, cron: 4, block: 5, start: 6 } as const;

interface Claimed {
  readonly ordinal: number;
  readonly t0Sec: number;
  /** Of the claim's block. */
  readonly claimedSec?: number;
  readonly start?: number;
  readonly period?: number;
}

/** How a verifier finds a claimed tick. */
async function judged(
  trigger: Extract<Trigger, { kind: Kind }>,
  { ordinal, t0Sec, claimedSec = t0Sec, start = 0, period = 0 }: Claimed,
  rpc?: Rpc,
) {
  const { kind, catchUp } = trigger;
  const plan = aPlan([], { trigger });
  const intent = { ...anIntent(1, { kind: NUMBERS[kind], start, period, catchUp }), plan };
  const occurrenceId = denseOccurrenceId(kind, ordinal);
  const item: BatchItem = {
    executionId: executionId(LEDGER, intent.intentHash, occurrenceId),
    intentNo: 1,
    attempt: 1,
    ordinal,
    t0Sec,
  };
  const parts: OccurrenceParts = {
    ...LEDGER,
    intentsDomain: wordHex(5),
    chains: new Map(rpc === undefined ? [] : [[31337, rpc]]),
    firsts: new FirstBook({ ledgerChainId: LEDGER.chainId, chunkBlocks: 100 }, new Map()),
    claimedFire: () => Promise.resolve(null),
    firstClaim: async () => ({ nowSec: claimedSec, turnsSec: async () => 14 }),
  };
  const found = await establishOccurrence(parts, intent, item, null);
  return found.kind === "occurrence" ? found.occurrence.payload : found;
}

const cron = (expression: string, catchUp = 1) => ({ kind: "cron", expression, catchUp }) as const;

describe("a cron's tick", () => {
  const at = { ordinal: NOON, t0Sec: NOON * 60 };

  test("is right at a minute that matches", async () => {
    expect(await judged(cron("0 12 * * *"), at)).toEqual({ kind: "cron", ordinal: NOON });
  });

  test.each([
    ["a minute that does not match", cron("1 12 * * *"), at],
    ["another time than its minute's", cron("0 12 * * *"), { ...at, t0Sec: at.t0Sec + 1 }],
    ["a minute before the registration", cron("0 12 * * *"), { ...at, start: at.t0Sec + 1 }],
    ["one that is older than the newest", cron("* * * * *"), { ...at, claimedSec: at.t0Sec + 60 }],
    [
      "one that is older than the two newest",
      cron("*/30 * * * *", 2),
      { ...at, claimedSec: at.t0Sec + 3600 },
    ],
  ])("is wrong at %s", async (_, trigger, claimed) => {
    expect(await judged(trigger, claimed)).toEqual(WRONG);
  });

  test.each([
    ["while its ranks have their turns", cron("* * * * *"), 14],
    ["while no later one is due", cron("0 12 * * *"), 86_399],
    ["while it is one of the two newest", cron("*/30 * * * *", 2), 3599],
    ["whenever all are wanted", cron("* * * * *", 255), 1_000_000],
  ])("may be claimed late %s", async (_, trigger, lateSec) => {
    const found = await judged(trigger, { ...at, claimedSec: at.t0Sec + lateSec });
    expect(found).toEqual({ kind: "cron", ordinal: NOON });
  });
});

describe("a height", () => {
  const trigger = { kind: "block", height: 10, every: 5, catchUp: 1 } as const;
  const at = { ordinal: 15, t0Sec: 900, start: 10, period: 5 };
  const chain = (block: { hash: Hex; timestamp: Hex } | null): Rpc =>
    ({ url: "", request: async () => block }) as unknown as Rpc;

  test("has the time and the hash of its block", async () => {
    const block = { hash: hash(15), timestamp: "0x384" } as const;
    const payload = { kind: "block", ordinal: 15, blockHash: hash(15) };
    expect(await judged(trigger, at, chain(block))).toEqual(payload);
    expect(await judged(trigger, { ...at, t0Sec: 901 }, chain(block))).toEqual(WRONG);
  });

  test("that an endpoint does not show says nothing of the executor", async () => {
    const unable = { kind: "unable", code: "ENDPOINT_FAILED" };
    expect(await judged(trigger, at, chain(null))).toMatchObject(unable);
    expect(await judged(trigger, at)).toMatchObject(unable);
  });
});

test("ticks of fixed periods are where the ledger says", async () => {
  const interval = { kind: "interval", periodSec: 60, catchUp: 1 } as const;
  const start = { kind: "start", startSec: 0, periodSec: 60, catchUp: 1 } as const;
  const slot = { start: 1_000, period: 60 };
  expect(await judged(interval, { ...slot, ordinal: 2, t0Sec: 1_120 })).toEqual({
    kind: "interval",
    ordinal: 2,
  });
  expect(await judged(start, { ...slot, ordinal: 0, t0Sec: 1_000 })).toEqual({
    kind: "start",
    ordinal: 0,
  });
  expect(await judged(interval, { ...slot, ordinal: 0, t0Sec: 1_000 })).toEqual(WRONG);
  expect(await judged(start, { ...slot, ordinal: 1, t0Sec: 1_000 })).toEqual(WRONG);
});
