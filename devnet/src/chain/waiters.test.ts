import { expect, test } from "vitest";
import { ChainError } from "./error.ts";
import { Waiters } from "./waiters.ts";

const head = { number: 1, hash: "0x", timestampSec: 100 };

test("whoever waits is woken by the first head that reaches the target, and no longer costs blocks", async () => {
  const waiters = new Waiters();
  const waiting = waiters.wait({ kind: "block", number: 2 }, head);
  expect(waiters.nextDueMs(head)).toBe(101_000);
  waiters.settle(head);
  waiters.settle({ ...head, number: 2 });
  expect(await waiting).toMatchObject({ number: 2 });
  expect(waiters.nextDueMs(head)).toBeUndefined();
});

test("a wait ends with its caller, and its block is not made", async () => {
  const waiters = new Waiters();
  const gone = new AbortController();
  const waiting = waiters.wait({ kind: "time", timestampSec: 500 }, head, gone.signal);
  gone.abort();
  await expect(waiting).rejects.toEqual(new ChainError({ code: "WAIT_CANCELLED" }));
  expect(waiters.nextDueMs(head)).toBeUndefined();
});
