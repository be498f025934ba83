import { beforeEach, expect, test } from "vitest";
import { DutyTurns } from "./duty-turns.ts";

const NOTHING = new Set<string>();

let turns: DutyTurns;

beforeEach(() => {
  turns = new DutyTurns();
});

test("a duty that was never looked at is due, then when it comes back", () => {
  expect(turns.isDue("a", 0)).toBe(true);
  turns.comeBack("a", 10);
  expect(turns.isDue("a", 9)).toBe(false);
  expect(turns.isDue("a", 10)).toBe(true);
  expect(turns.nextMs(NOTHING)).toBe(10);
});

test("what comes for a duty brings it forward, also while it is being served", () => {
  turns.begin("a");
  turns.prompt("a");
  turns.comeBack("a", 10);
  expect(turns.isDue("a", 1)).toBe(true);
  expect(turns.nextMs(NOTHING)).toBe(0);
  turns.begin("a");
  expect(turns.isDue("a", 1)).toBe(false);
});

test("duties under way and those that ended call for nothing", () => {
  turns.comeBack("a", 10);
  turns.comeBack("b", 20);
  turns.prompt("c");
  expect(turns.nextMs(new Set(["a"]))).toBe(20);
  turns.keep(new Set(["a"]));
  expect(turns.nextMs(new Set(["a"]))).toBeNull();
  expect(turns.isDue("c", -1)).toBe(false);
});
