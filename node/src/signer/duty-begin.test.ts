import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import { type DutyKeys, dutyBegin, dutyNow, stillCounts } from "./duty-begin.ts";

const OLD: Hex = `0x${"1".repeat(40)}`;
const NEW: Hex = `0x${"2".repeat(40)}`;
const CHANGE_SEC = 1_000;

/** A node's keys: the second, if there is one, from CHANGE_SEC on. */
function keysOf(count: 1 | 2, revoked = false): DutyKeys {
  const all = [
    { key: OLD, fromSec: 0, revoked },
    { key: NEW, fromSec: CHANGE_SEC, revoked: false },
  ].slice(0, count);
  return {
    dutyKeysOf: () => all,
    dutyKeyAt: (_, sinceSec) => {
      const found = all.findLast(({ fromSec }) => fromSec <= sinceSec) ?? all[0]!;
      return found.revoked ? null : found.key;
    },
  };
}

test("a node with one key signs with it, whatever the time", async () => {
  expect(dutyNow(keysOf(1), 1, 5_500)).toEqual({ atMs: 5_500, begin: {} });
  expect(await dutyBegin(keysOf(1), 1, () => 5)).toEqual({});
  expect(stillCounts(keysOf(1), 1, 0)).toBe(true);
});

test("after a planned change each time has its own key", () => {
  const keys = keysOf(2);
  const before = { sinceSec: 999, dutyKey: OLD };
  expect(dutyNow(keys, 1, 999_900)).toEqual({ atMs: 999_900, begin: before });
  const after = { sinceSec: CHANGE_SEC, dutyKey: NEW };
  expect(dutyNow(keys, 1, 1_000_000)).toEqual({ atMs: 1_000_000, begin: after });
  expect(stillCounts(keys, 1, 999_900)).toBe(true);
});

test("a clock that is behind the block of a revocation signs with the new key, at its first second", async () => {
  const keys = keysOf(2, true);
  const begin = { sinceSec: CHANGE_SEC, dutyKey: NEW };
  expect(dutyNow(keys, 1, 997_300)).toEqual({ atMs: CHANGE_SEC * 1000, begin });
  expect(await dutyBegin(keys, 1, () => 997)).toBeNull();
});

test("what was signed with a key that was revoked since counts no more", () => {
  const keys = keysOf(2, true);
  expect(stillCounts(keys, 1, 997_300)).toBe(false);
  expect(stillCounts(keys, 1, 1_000_000)).toBe(true);
});
