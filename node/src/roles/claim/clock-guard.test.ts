import { expect, test } from "vitest";
import { hash } from "../../store/store.testing.ts";
import { TestClock } from "../context.testing.ts";
import { ClockGuard } from "./clock-guard.ts";

function guardAt(nowMs: number) {
  const clock = new TestClock(nowMs);
  const head = { number: 1, timestampSec: 0, hash: hash(1), parentHash: hash(0) };
  const guard = new ClockGuard(
    { toleranceMs: 2_000, everyMs: 1_000 },
    { clock, head: () => Promise.resolve({ ...head }) },
  );
  return { clock, head, guard };
}

test("a resting chain's old head says nothing against the clock", async () => {
  const { clock, guard } = guardAt(1_000_000);
  expect(await guard.judge()).toEqual({ kind: "trusted" });
  clock.set(1_060_000);
  expect(await guard.judge()).toEqual({ kind: "trusted" });
});

test("a head in the future refutes the clock", async () => {
  const { head, guard } = guardAt(1_000_000);
  head.timestampSec = 1_003;
  expect(await guard.judge()).toEqual({ kind: "off", offMs: -3_000 });
});

test("a block that came just now with an old stamp refutes the clock, until one agrees", async () => {
  const { clock, head, guard } = guardAt(1_000_000);
  await guard.judge();
  clock.set(1_001_000);
  Object.assign(head, { number: 2, timestampSec: 996 });
  expect(await guard.judge()).toMatchObject({ kind: "off", offMs: 3_001 });
  clock.set(1_002_500);
  Object.assign(head, { number: 3, timestampSec: 1_001 });
  expect(await guard.judge()).toEqual({ kind: "trusted" });
});

test("two seconds are tolerated, and a look lasts a second", async () => {
  const { clock, head, guard } = guardAt(1_000_000);
  head.timestampSec = 1_002;
  expect(await guard.judge()).toEqual({ kind: "trusted" });
  head.timestampSec = 1_009;
  clock.set(1_000_999);
  expect(await guard.judge()).toEqual({ kind: "trusted" });
  clock.set(1_001_000);
  expect(await guard.judge()).toMatchObject({ kind: "off" });
});
