import {
  type BatchItem,
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  type Hex,
  heightOccurrenceId,
  type Json,
  wordHex,
} from "@deed/protocol/encoding";
import type { CompositeTrigger, FirstTrigger, RepeatTrigger } from "@deed/protocol/plan";
import type { PhasePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { eventTrigger, FakeChain, PING_CONTRACT } from "../chain-events/fake-chain.testing.ts";
import { FirstBook } from "../chain-events/first-book.ts";
import { anIntent, aPlan } from "../roles/intent.testing.ts";
import { establishOccurrence } from "./establish-occurrence.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const OTHER = 80_002;
const WRONG = { kind: "fault", fault: "WrongTrigger", leaf: 0 };

let ledger: FakeChain;
let other: FakeChain;

// Blocks 0 to 5 of the ledger's chain; the intent was registered in block 1.
beforeEach(() => {
  [ledger, other] = [new FakeChain(), new FakeChain()];
  ledger.add(990, "Ping 1");
  ledger.add(1_000);
  ledger.add(1_010, "Pong 1", "Ping 2", "Pong 2");
  ledger.add(1_020, "Ping 3");
  ledger.add(1_030, "Pong 3");
  ledger.add(9_999);
  other.add(1_005);
  other.add(1_015, "Pong 4");
  other.add(9_999);
});

const PING = eventTrigger(31337, "Ping");
const PONG = eventTrigger(31337, "Pong");

function judge(
  [first, repeat]: readonly [FirstTrigger, RepeatTrigger | null],
  [occurrenceId, t0Sec]: readonly [Hex, number],
  said: Json,
) {
  const trigger: CompositeTrigger = { kind: "composite", first, repeat };
  const row = anIntent(1, { kind: 1, start: 1_000, registeredBlock: 1 });
  const intent = { ...row, plan: aPlan([], { trigger }) };
  const id = executionId(LEDGER, intent.intentHash, occurrenceId);
  const item: BatchItem = { executionId: id, intentNo: 1, attempt: 1, ordinal: 0, t0Sec };
  const chains = new Map<number, Rpc>([
    [31337, ledger],
    [OTHER, other],
  ]);
  const parts = {
    ...LEDGER,
    intentsDomain: wordHex(5),
    chains,
    firsts: new FirstBook({ ledgerChainId: 31337, chunkBlocks: 2 }, chains),
    claimedFire: () => Promise.resolve(null),
    firstClaim: () => Promise.reject(new Error("nobody asks")),
  };
  return establishOccurrence(parts, intent, item, said);
}

const logAt = (chain: FakeChain, chainId: number, block: number, index: number) => ({
  kind: "event" as const,
  chainId,
  contract: PING_CONTRACT,
  txHash: chain.txHash(block, index),
  // Each log has a transaction of its own.
  logOrdinal: 0,
});
const eventAt = (chain: FakeChain, chainId: number, block: number, index: number) =>
  eventOccurrenceId(logAt(chain, chainId, block, index));
const composite = (phase: string, of: object): Json => ({ kind: "composite", phase, of }) as Json;
const right = (phase: string, of: Partial<PhasePayload>) => ({
  kind: "occurrence",
  occurrence: { payload: { kind: "composite", phase, of } },
});

test("the first event is the earliest after the registration, and no other", async () => {
  const at = (block: number, index: number) =>
    [eventAt(ledger, 31337, block, index), ledger.blocks[block]?.timeSec ?? 0] as const;
  const said = (block: number, index: number) =>
    composite("first", logAt(ledger, 31337, block, index));
  expect(await judge([PING, PONG], at(2, 1), said(2, 1))).toMatchObject(
    right("first", { kind: "event", event: { value: "2" } }),
  );
  expect(await judge([PING, PONG], at(3, 0), said(3, 0))).toEqual(WRONG);
  expect(await judge([PING, PONG], at(0, 0), said(0, 0))).toEqual(WRONG);
  expect(await judge([PING, PONG], [at(2, 1)[0], 1_011], said(2, 1))).toEqual(WRONG);
});

test("a later event comes after the first, by its place", async () => {
  const claim = (block: number, index: number) =>
    judge(
      [PING, PONG],
      [eventAt(ledger, 31337, block, index), ledger.blocks[block]?.timeSec ?? 0],
      composite("repeat", logAt(ledger, 31337, block, index)),
    );
  expect(await claim(2, 0)).toEqual(WRONG);
  expect(await claim(2, 2)).toMatchObject(
    right("repeat", { kind: "event", event: { value: "2" } }),
  );
  expect(await claim(4, 0)).toMatchObject(
    right("repeat", { kind: "event", event: { value: "3" } }),
  );
  expect(await claim(2, 1)).toEqual(WRONG);
});

test("ticks count from the first occurrence", async () => {
  const hourly = [PING, { kind: "interval", periodSec: 60 }] as const;
  const claim = (ordinal: number, t0Sec: number) =>
    judge(
      hourly,
      [denseOccurrenceId("interval", ordinal), t0Sec],
      composite("repeat", { kind: "interval", ordinal }),
    );
  expect(await claim(1, 1_070)).toMatchObject(right("repeat", { kind: "interval", ordinal: 1 }));
  expect(await claim(2, 1_130)).toMatchObject(right("repeat", { ordinal: 2 } as PhasePayload));
  expect(await claim(0, 1_010)).toEqual(WRONG);
  expect(await claim(1, 1_060)).toEqual(WRONG);
  const cron = [PING, { kind: "cron", expression: "*/5 * * * *" }] as const;
  const minute = (ordinal: number) =>
    judge(
      cron,
      [denseOccurrenceId("cron", ordinal), ordinal * 60],
      composite("repeat", { kind: "cron", ordinal }),
    );
  expect(await minute(20)).toMatchObject(right("repeat", { kind: "cron", ordinal: 20 }));
  expect(await minute(21)).toEqual(WRONG);
  expect(await minute(15)).toEqual(WRONG);
});

test("a height is of its chain, and not before the registration", async () => {
  const at = (height: number, t0Sec: number) => {
    const first = { kind: "height", chainId: OTHER, height } as const;
    return judge([first, null], [heightOccurrenceId(first), t0Sec], composite("first", first));
  };
  expect(await at(1, 1_015)).toMatchObject(
    right("first", { kind: "height", chainId: OTHER, height: 1, blockHash: other.blockHash(1) }),
  );
  expect(await at(1, 1_016)).toEqual(WRONG);
  const early = { kind: "height", chainId: 31337, height: 0 } as const;
  const claimed = [heightOccurrenceId(early), 1_000] as const;
  expect((await judge([early, null], claimed, composite("first", early))).kind).toBe("occurrence");
});

test("a start has the later of its time and the registration's", async () => {
  const at = (startSec: number, t0Sec: number) =>
    judge(
      [{ kind: "start", startSec }, null],
      [denseOccurrenceId("start", 0), t0Sec],
      composite("first", { kind: "start", ordinal: 0 }),
    );
  expect((await at(0, 1_000)).kind).toBe("occurrence");
  expect((await at(5_000, 5_000)).kind).toBe("occurrence");
  expect(await at(500, 500)).toEqual(WRONG);
});

test("an endpoint that lags, or is missing, says nothing", async () => {
  ledger.blocks = ledger.blocks.slice(0, 2);
  const late = await judge(
    [PING, PONG],
    [eventAt(ledger, 31337, 2, 1), 1_010],
    composite("first", logAt(ledger, 31337, 2, 1)),
  );
  expect(late).toMatchObject({ kind: "unable", code: "ENDPOINT_FAILED" });
  const nowhere = await judge(
    [eventTrigger(5, "Ping"), null],
    [wordHex(1), 1_010],
    composite("first", {}),
  );
  expect(nowhere).toMatchObject({ kind: "unable", code: "NO_ENDPOINT" });
});

test("a claim of any form is answered, never thrown at", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.constantFrom("first", "repeat"), async (of, phase) => {
      expect(await judge([PING, PONG], [wordHex(7), 1_010], of as Json)).toEqual(WRONG);
      const said = { kind: "composite", phase, of } as Json;
      expect(await judge([PING, PONG], [wordHex(7), 1_010], said)).toEqual(WRONG);
    }),
    { numRuns: 100 },
  );
});
