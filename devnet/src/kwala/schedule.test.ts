import { readFileSync } from "node:fs";
import { compileWorkflow } from "@deed/protocol/intent";
import { expect, test } from "vitest";
import { firstStart, nextStart } from "./schedule.ts";

const REGISTERED = 1_800_000_000;

function planOf(example: string) {
  const url = new URL(`../../../docs/examples/kwala/${example}`, import.meta.url);
  const options = { fileName: example, chains: { ledger: 31337, others: [80_002, 11_155_111] } };
  const compiled = compileWorkflow(readFileSync(url), options);
  if (!compiled.ok) throw new Error(`${example} does not compile`);
  return compiled.plan;
}

test.each([
  ["now-once.yaml", { kind: "time", atSec: 0 }, null],
  ["now-then-minutes.yaml", { kind: "time", atSec: 0 }, { kind: "time", atSec: REGISTERED + 300 }],
  ["at-a-time.yaml", { kind: "time", atSec: 1_830_297_600 }, null],
  ["event.yaml", { kind: "event" }, { kind: "event" }],
  ["event-then-hours.yaml", { kind: "event" }, { kind: "time", atSec: REGISTERED + 3_600 }],
  ["block-once.yaml", { kind: "height", height: 500 }, null],
  ["block-then-event.yaml", { kind: "height" }, { kind: "event" }],
  ["now-then-cron.yaml", { kind: "time", atSec: 0 }, { kind: "time", atSec: 1_800_014_400 }],
])("%s: what starts its first run, and the one after", (example, first, next) => {
  const plan = planOf(example);
  expect(firstStart(plan.trigger, REGISTERED)).toMatchObject(first);
  const found = nextStart(plan, REGISTERED);
  if (next === null) expect(found).toBeNull();
  else expect(found).toMatchObject(next);
});

test("a run that would come after the end is none", () => {
  const plan = planOf("now-then-minutes.yaml");
  expect(nextStart(plan, plan.expiresAtSec - 300)).toBeNull();
});
