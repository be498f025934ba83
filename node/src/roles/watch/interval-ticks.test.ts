import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hash, openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import { anIntent } from "../intent.testing.ts";
import { dueOrdinals, TickBook } from "./interval-ticks.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const WINDOW = { turnsSec: 100, limit: 1_000 };

async function withBook(
  body: (open: () => TickBook, store: ReturnType<typeof openTestStore>) => Promise<void>,
) {
  const directory = temporaryDirectory();
  const store = openTestStore(join(directory.path, "store.db"));
  try {
    await body(() => new TickBook({ store, ledger: LEDGER }), store);
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
            inserted += await book.insertDue({ ...WINDOW, nowSec });
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

test("after a long absence only what may still be claimed is caught up, and not without bounds", () => {
  const intent = { start: 0, period: 1, catchUp: 1, validUntilSec: 10_000 };
  const ordinals = dueOrdinals(intent, { nowSec: 5_000, turnsSec: 100, limit: 1_000 });
  expect([ordinals.at(0), ordinals.at(-1)]).toEqual([4_900, 5_000]);
  expect(dueOrdinals(intent, { nowSec: 5_000, turnsSec: 100, limit: 7 })).toHaveLength(7);
  expect(dueOrdinals(intent, { nowSec: 20_000, turnsSec: 100, limit: 7 })).toEqual([10_000]);
});

test("an intent that is revoked ticks no more; one that comes ticks from its own start", async () => {
  await withBook(async (open, store) => {
    const book = open();
    await store.write((tables) => tables.intents.put(anIntent(1, { start: 0, period: 10 })));
    expect(book.nextSec(5)).toBe(10);
    expect(await book.insertDue({ ...WINDOW, nowSec: 20 })).toBe(2);
    await store.write((tables) => {
      tables.intents.update({ intentNo: 1 }, { state: "revoked" });
      tables.intents.put(anIntent(2, { intentHash: hash(9), start: 25, period: 3 }));
    });
    expect(book.nextSec(26)).toBe(28);
    expect(await book.insertDue({ ...WINDOW, nowSec: 31 })).toBe(2);
    expect(store.read.executions.count("intent_no = 1")).toBe(2);
  });
});
