import { expect, test } from "vitest";
import type { RunFailure } from "../../sandbox/sandbox.ts";
import { Restarts } from "./restarts.ts";

const DIED: RunFailure = { code: "DIED", exitCode: null, signal: "SIGKILL" };
const AWAY: RunFailure = { code: "BROKER", detail: "RPC_UNREACHABLE" };

function rests(failures: readonly RunFailure[]): readonly (number | null)[] {
  const restarts = new Restarts({ starts: 3, firstRestMs: 100, longestRestMs: 1_000 });
  return failures.map((failure) => restarts.after(failure));
}

test("a sandbox that keeps dying is started three times", () => {
  expect(rests([DIED, DIED, DIED])).toEqual([100, 200, null]);
});

test("what is away behind the broker is waited for, with longer and longer rests", () => {
  expect(rests(Array(7).fill(AWAY))).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  expect(rests([AWAY, AWAY, AWAY, DIED, DIED, DIED]).slice(3)).toEqual([800, 1_000, null]);
});

test.each<RunFailure>([
  { code: "WALL_CLOCK", limitMs: 1 },
  { code: "OUTPUT_CAP", limitBytes: 1 },
  { code: "EFFECT_CAP", limit: 1 },
  { code: "PROTOCOL", detail: "" },
  { code: "RUNTIME", detail: "" },
  { code: "ABORTED" },
])("$code would come again", (failure) => {
  expect(rests([failure])).toEqual([null]);
});
