import { join } from "node:path";
import type { CompositeTrigger, FirstTrigger, RepeatTrigger } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventTrigger, FakeChain } from "../../chain-events/fake-chain.testing.ts";
import { FirstBook } from "../../chain-events/first-book.ts";
import { openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import type { Store } from "../../store/store.ts";
import { keptLog } from "../../telemetry/kept.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { CompositeWatch } from "./composite-watch.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const OTHER = 80_002;
const REGISTERED_SEC = 1_000;

let store: Store;
let directory: ReturnType<typeof temporaryDirectory>;
let ledger: FakeChain;
let other: FakeChain;
let log: ReturnType<typeof keptLog>;

beforeEach(() => {
  directory = temporaryDirectory();
  store = openTestStore(join(directory.path, "store.db"));
  [ledger, other, log] = [new FakeChain(), new FakeChain(), keptLog()];
  for (const timeSec of [980, 990, REGISTERED_SEC]) ledger.add(timeSec);
});
afterEach(() => {
  store.close();
  directory.remove();
});

function open(): CompositeWatch {
  const chains = new Map<number, Rpc>([
    [LEDGER.chainId, ledger],
    [OTHER, other],
  ]);
  const chunkBlocks = 2;
  const firsts = new FirstBook({ ledgerChainId: LEDGER.chainId, chunkBlocks }, chains);
  const { logger } = log;
  return new CompositeWatch({
    store,
    ledger: LEDGER,
    firsts,
    chunkBlocks,
    logger,
    onFound: () => undefined,
  });
}

/** Registered with block 2 of the ledger's chain, at second 1000. */
async function register(first: FirstTrigger, repeat: RepeatTrigger | null): Promise<void> {
  const trigger: CompositeTrigger = { kind: "composite", first, repeat };
  const row = { kind: 1, start: REGISTERED_SEC, registeredBlock: 2, plan: aPlan([], { trigger }) };
  await store.write((tables) => tables.intents.put(anIntent(1, row)));
}

async function look(watch: CompositeWatch, nowSec: number): Promise<void> {
  watch.look({ nowSec, claimWindowSec: 500, limit: 100 });
  await watch.settled();
}

/** Phase, kind and time of all that was found, in order of their times. */
const found = (): readonly string[] =>
  store.read.executions
    .inState("due", 1_000)
    .toSorted((left, right) => left.t0Sec - right.t0Sec)
    .map(({ payload, t0Sec, kind }) => {
      if (payload?.kind !== "composite") throw new Error("no composite");
      const { phase, of } = payload;
      const what = of.kind === "event" ? `event ${of.event["value"]}` : of.kind;
      const number = "ordinal" in of && of.kind !== "start" ? ` ${of.ordinal}` : "";
      return `${kind} ${phase} ${what}${number} @${t0Sec}`;
    });

test("one event begins, only then another repeats", async () => {
  await register(eventTrigger(31337, "Ping"), eventTrigger(31337, "Pong"));
  const watch = open();
  ledger.add(1_001, "Pong 1");
  await look(watch, 1_001);
  expect(found()).toEqual([]);
  ledger.add(1_002, "Pong 2", "Ping 7", "Pong 3");
  ledger.add(1_003, "Ping 8");
  ledger.add(1_004, "Pong 4");
  await look(watch, 1_004);
  const all = ["1 first event 7 @1002", "1 repeat event 3 @1002", "1 repeat event 4 @1004"];
  expect(found()).toEqual(all);
  await look(open(), 1_005);
  expect(found()).toEqual(all);
});

test("what happened before the registration begins nothing", async () => {
  ledger = new FakeChain();
  ledger.add(900, "Ping 1");
  ledger.add(950);
  ledger.add(REGISTERED_SEC);
  await register(eventTrigger(31337, "Ping"), null);
  const watch = open();
  await look(watch, 1_000);
  expect(found()).toEqual([]);
  ledger.add(1_001, "Ping 2");
  ledger.add(1_002, "Ping 3");
  await look(watch, 1_002);
  expect(found()).toEqual(["1 first event 2 @1001"]);
});

test("at once, and then by an event of another chain, from the registration's time on", async () => {
  for (const timeSec of [900, 950, 990]) other.add(timeSec, "Pong 1");
  await register({ kind: "start", startSec: 0 }, eventTrigger(OTHER, "Pong", "event.value > 5"));
  other.add(1_000, "Pong 9", "Pong 2");
  const watch = open();
  await look(watch, 1_000);
  other.add(1_010, "Pong 6");
  await look(watch, 1_010);
  expect(found()).toEqual([
    "1 first start @1000",
    "1 repeat event 9 @1000",
    "1 repeat event 6 @1010",
  ]);
});

test("a height of another chain, and then a period from its block's time on", async () => {
  await register(
    { kind: "height", chainId: OTHER, height: 1 },
    { kind: "interval", periodSec: 60 },
  );
  const watch = open();
  other.add(1_020);
  await look(watch, 1_021);
  expect([found(), watch.nextSec(1_021)]).toEqual([[], null]);
  const waits = (chainId: number, nowSec: number) => watch.awaitsHeight(chainId, nowSec);
  expect([waits(OTHER, 1_021), waits(OTHER + 1, 1_021)]).toEqual([true, false]);
  expect(waits(OTHER, 4_000_000_000)).toBe(false);
  other.add(1_030);
  await look(watch, 1_031);
  expect(found()).toEqual(["1 first height @1030"]);
  expect(waits(OTHER, 1_031)).toBe(false);
  expect(watch.nextSec(1_031)).toBe(1_090);
  await look(watch, 1_089);
  await look(watch, 1_151);
  const all = ["1 first height @1030", "1 repeat interval 1 @1090", "1 repeat interval 2 @1150"];
  expect(found()).toEqual(all);
  await look(open(), 1_151);
  expect(found()).toEqual(all);
});

test("a height that had passed comes with the registration; ticks too old to be claimed are left out", async () => {
  for (const timeSec of [500, 600, 700]) other.add(timeSec);
  await register(
    { kind: "height", chainId: OTHER, height: 1 },
    { kind: "interval", periodSec: 100 },
  );
  const watch = open();
  await look(watch, 2_050);
  expect(found()).toEqual([
    "1 first height @1000",
    ...[6, 7, 8, 9, 10].map((k) => `1 repeat interval ${k} @${1_000 + k * 100}`),
  ]);
});

test("a time, and then cron", async () => {
  await register({ kind: "start", startSec: 1_200 }, { kind: "cron", expression: "*/5 * * * *" });
  const watch = open();
  await look(watch, 1_100);
  expect([found(), watch.nextSec(1_100)]).toEqual([[], 1_200]);
  await look(watch, 1_200);
  expect(found()).toEqual(["1 first start @1200"]);
  expect(watch.nextSec(1_200)).toBe(1_500);
  await look(watch, 1_500);
  expect(found()).toEqual(["1 first start @1200", "1 repeat cron 25 @1500"]);
});

test("a chain that cannot be read stops no other, and is told once", async () => {
  await register(eventTrigger(OTHER, "Ping"), null);
  const start: CompositeTrigger = {
    kind: "composite",
    first: { kind: "start", startSec: 0 },
    repeat: null,
  };
  const second = { kind: 1, start: REGISTERED_SEC, plan: aPlan([], { trigger: start }) };
  await store.write((tables) =>
    tables.intents.put(anIntent(2, { ...second, intentHash: `0x${"22".repeat(32)}` })),
  );
  const watch = open();
  other.isDown = true;
  await look(watch, 1_000);
  await look(watch, 1_001);
  expect(found()).toEqual(["1 first start @1000"]);
  other.isDown = false;
  other.add(1_002, "Ping 1");
  await look(watch, 1_002);
  expect(found()).toEqual(["1 first start @1000", "1 first event 1 @1002"]);
  expect(log.lines.map(({ level, fields }) => [level, fields["code"]])).toEqual([
    ["warn", "CHAIN_NOT_READ"],
    ["debug", "CHAIN_NOT_READ"],
    ["info", undefined],
  ]);
});
