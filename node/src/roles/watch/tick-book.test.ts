import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hash, openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { dueTicks, nextTickHeight, nextTickSec, type Schedule } from "./due-ticks.ts";
import { rollBack } from "./roll-back.ts";
import { TickBook } from "./tick-book.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const MOMENT = { height: 0, limit: 1_000 };

const blockAt = async (height: number) => ({ hash: hash(height), timestampSec: 1_000 + height });

async function withBook(
  body: (open: () => TickBook, store: ReturnType<typeof openTestStore>) => Promise<void>,
) {
  const directory = temporaryDirectory();
  const store = openTestStore(join(directory.path, "store.db"));
  try {
    await body(() => new TickBook({ store, ledger: LEDGER, blockAt }), store);
  } finally {
    store.close();
    directory.remove();
  }
}

test("however the clock steps and however often the node starts anew, each tick is due exactly once", async () => {
  const step = fc.record({ sec: fc.integer({ min: -20, max: 90 }), restarts: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (periodSec, steps) => {
        await withBook(async (open, store) => {
          await store.write((tables) =>
            tables.intents.put(anIntent(1, { start: 1_000, period: periodSec })),
          );
          let book = open();
          let nowSec = 1_000;
          let newestSec = 1_000;
          let inserted = 0;
          for (const { sec, restarts } of steps) {
            nowSec = Math.max(1_000, nowSec + sec);
            newestSec = Math.max(newestSec, nowSec);
            if (restarts) book = open();
            inserted += await book.insertDue({ ...MOMENT, nowSec });
          }
          const rows = store.read.executions.select("1 ORDER BY ordinal");
          expect(inserted).toBe(rows.length);
          // No step skips a whole window here, so none is missing.
          const all = Math.floor((newestSec - 1_000) / periodSec);
          expect(rows.map((row) => row.ordinal)).toEqual(
            Array.from({ length: all }, (_, index) => index + 1),
          );
        });
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

function schedule(changes: Partial<Schedule> = {}): Schedule {
  return { kind: 2, start: 0, period: 1, catchUp: 1, plan: null, ...changes };
}

test("after a long absence the newest are looked up, and of who wants all the oldest first", () => {
  const at = { nowSec: 5_000, height: 0, limit: 7 };
  expect(dueTicks(schedule(), 100, at)).toEqual([4994, 4995, 4996, 4997, 4998, 4999, 5000]);
  expect(dueTicks(schedule({ catchUp: 255 }), 100, at)).toEqual([
    101, 102, 103, 104, 105, 106, 107,
  ]);
  expect(dueTicks(schedule({ catchUp: 255 }), 4_998, at)).toEqual([4999, 5000]);
  expect(dueTicks(schedule(), 5_000, at)).toEqual([]);
});

const minutely = (expression: string) =>
  schedule({
    kind: 4,
    period: 0,
    start: 119,
    plan: aPlan([], { trigger: { kind: "cron", expression, catchUp: 1 } }),
  });

test.each<[string, Schedule, number | null, number, readonly number[]]>([
  [
    "an interval's first tick is one period after its start",
    schedule({ start: 100, period: 60 }),
    null,
    221,
    [1, 2],
  ],
  [
    "a start's first tick is the start",
    schedule({ kind: 6, start: 100, period: 60 }),
    null,
    221,
    [0, 1, 2],
  ],
  ["before its start there is none", schedule({ kind: 6, start: 100, period: 60 }), null, 99, []],
  ["once is one tick", schedule({ kind: 6, start: 100, period: 0 }), null, 9_999, [0]],
  ["which does not come again", schedule({ kind: 6, start: 100, period: 0 }), 0, 9_999, []],
  [
    "heights go by the head",
    schedule({ kind: 5, start: 100, period: 10 }),
    null,
    125,
    [100, 110, 120],
  ],
  ["and go on from the last", schedule({ kind: 5, start: 100, period: 10 }), 110, 135, [120, 130]],
  ["one height", schedule({ kind: 5, start: 100, period: 0 }), null, 125, [100]],
  ["minutes since the registration", minutely("* * * * *"), null, 245, [2, 3, 4]],
  ["minutes that match", minutely("*/2 * * * *"), 2, 500, [4, 6, 8]],
  ["an event has none", schedule({ kind: 1 }), null, 500, []],
])("%s", (_, given, after, now, ordinals) => {
  expect(dueTicks(given, after, { nowSec: now, height: now, limit: 100 })).toEqual(ordinals);
  const all = { ...given, catchUp: 255 };
  expect(dueTicks(all, after, { nowSec: now, height: now, limit: 100 })).toEqual(ordinals);
});

test.each<[string, Schedule, number, number | null]>([
  ["an interval", schedule({ start: 100, period: 60 }), 160, 220],
  ["an interval before its start", schedule({ start: 100, period: 60 }), 50, 160],
  ["a start that is to come", schedule({ kind: 6, start: 100, period: 60 }), 50, 100],
  ["a start that came, once", schedule({ kind: 6, start: 100, period: 0 }), 100, null],
  ["a cron", minutely("30 * * * *"), 1_800, 5_400],
  ["heights have no time", schedule({ kind: 5, start: 100, period: 1 }), 50, null],
])("the next tick of %s", (_, given, now, next) => {
  expect(nextTickSec(given, now)).toBe(next);
});

test.each<[string, Schedule, number, number | null]>([
  ["a height that is to come", schedule({ kind: 5, start: 100, period: 0 }), 99, 100],
  ["a height that came, once", schedule({ kind: 5, start: 100, period: 0 }), 100, null],
  ["every tenth height", schedule({ kind: 5, start: 100, period: 10 }), 110, 120],
  ["an interval", schedule({ start: 100, period: 60 }), 50, null],
])("the height of the next tick of %s", (_, given, height, next) => {
  expect(nextTickHeight(given, height)).toBe(next);
});

test("heights are waited for by accepted intents that are valid and have one to come", async () => {
  await withBook(async (open, store) => {
    const book = open();
    const waits = (height: number, nowSec = 500) => book.awaitsHeight({ nowSec, height });
    const once = { kind: 5, start: 100, period: 0, validUntilSec: 1_000 };
    await store.write((tables) => tables.intents.put(anIntent(1)));
    expect(waits(0)).toBe(false);
    await store.write((tables) =>
      tables.intents.put(anIntent(2, { ...once, intentHash: hash(9) })),
    );
    expect([waits(0), waits(99), waits(100)]).toEqual([true, true, false]);
    expect([waits(0, 999), waits(0, 1_000)]).toEqual([true, false]);
    await store.write((tables) => tables.intents.update({ intentNo: 2 }, { state: "revoked" }));
    expect(waits(0)).toBe(false);
  });
});

test("a height's tick has the time and the hash of its block", async () => {
  await withBook(async (open, store) => {
    const trigger = { kind: "block", height: 100, every: 10, catchUp: 1 } as const;
    const plan = aPlan([], { trigger });
    await store.write((tables) =>
      tables.intents.put(anIntent(1, { kind: 5, start: 100, period: 10, plan })),
    );
    expect(await open().insertDue({ nowSec: 5_000, height: 115, limit: 9 })).toBe(2);
    const [, second] = store.read.executions.select("1 ORDER BY ordinal");
    expect(second).toMatchObject({
      t0Sec: 1_110,
      ordinal: 110,
      payload: { kind: "block", ordinal: 110, blockHash: hash(110) },
    });
  });
});

test("who wants all of a long absence gets part after part, as the parts are claimed", async () => {
  await withBook(async (open, store) => {
    await store.write((tables) =>
      tables.intents.put(anIntent(1, { start: 0, period: 1, catchUp: 255 })),
    );
    const book = open();
    const moment = { nowSec: 95, height: 0, limit: 40 };
    expect(await book.insertDue(moment)).toBe(40);
    expect(await book.insertDue(moment)).toBe(0);
    const claim = (below: number) =>
      store.write((tables) => {
        for (const { executionId } of store.read.executions.select("ordinal <= :below", {
          below,
        })) {
          tables.executions.update({ executionId }, { state: "claimed" });
        }
      });
    await claim(30);
    expect(await book.insertDue(moment)).toBe(30);
    await claim(70);
    expect(await open().insertDue(moment)).toBe(25);
    expect(store.read.executions.count("1")).toBe(95);
  });
});

test("an intent that is revoked ticks no more; one that comes ticks from its own start", async () => {
  await withBook(async (open, store) => {
    const book = open();
    await store.write((tables) => tables.intents.put(anIntent(1, { start: 0, period: 10 })));
    expect(book.nextSec(5)).toBe(10);
    expect(await book.insertDue({ ...MOMENT, nowSec: 20 })).toBe(2);
    await store.write((tables) => {
      tables.intents.update({ intentNo: 1 }, { state: "revoked" });
      tables.intents.put(anIntent(2, { intentHash: hash(9), start: 25, period: 3 }));
    });
    expect(book.nextSec(26)).toBe(28);
    expect(await book.insertDue({ ...MOMENT, nowSec: 31 })).toBe(2);
    expect(store.read.executions.count("intent_no = 1")).toBe(2);
  });
});

test("a roll-back forgets how far ticks were looked up, for good", async () => {
  await withBook(async (_, store) => {
    await store.write((tables) => tables.ticks.put({ intentNo: 1, ordinal: 5 }));
    await store.write((tables) => rollBack(tables, { chainId: LEDGER.chainId, number: 3 }));
    expect(store.read.ticks.get({ intentNo: 1 })).toBe(null);
  });
});
