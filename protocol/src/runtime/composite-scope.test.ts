import { expect, test } from "vitest";
import {
  denseOccurrenceId,
  eventOccurrenceId,
  heightOccurrenceId,
  nobleHasher,
  wordHex,
} from "../encoding/index.ts";
import type { EventTrigger, Plan } from "../plan/plan.ts";
import { Uint256 } from "../plan/scope.ts";
import { occurrenceIdOf } from "../verify/audit/occurrence-of-item.ts";
import type { EventPayload, PhasePayload } from "./effect.ts";
import { startScope } from "./run-scope.ts";

const event = (type: string): EventTrigger => ({
  kind: "event",
  chainId: 5,
  contract: `0x${"11".repeat(20)}`,
  signature: `Sent(${type})`,
  topic0: wordHex(1),
  parameters: [{ name: "arg0", type, indexed: false }],
  where: null,
  confidence: "finalized",
});
const trigger: Plan["trigger"] = {
  kind: "composite",
  first: event("address"),
  repeat: event("uint256"),
};
const log: EventPayload = {
  kind: "event",
  chainId: 5,
  contract: `0x${"11".repeat(20)}`,
  blockNumber: 7,
  blockHash: wordHex(2),
  txHash: wordHex(3),
  logOrdinal: 4,
  event: { arg0: "12" },
};

function scopeOf(phase: "first" | "repeat", of: PhasePayload) {
  const payload = { kind: "composite", phase, of } as const;
  const occurrence = { executionId: wordHex(8), occurrenceId: wordHex(9), nowSec: 60, payload };
  return startScope({ trigger } as Plan, occurrence);
}

test("an expression sees the event of the phase that runs, by that event's types", () => {
  expect(scopeOf("first", log)).toMatchObject({
    trigger: { kind: "event", phase: "first" },
    event: { arg0: "12" },
  });
  expect(scopeOf("repeat", log).event).toEqual({ arg0: new Uint256(12n) });
});

test("a run that no event starts has none", () => {
  const scope = scopeOf("repeat", { kind: "interval", ordinal: 3 });
  expect(scope.trigger).toEqual({ kind: "interval", phase: "repeat" });
  expect(scope.event).toBeUndefined();
});

test("an occurrence of a composite is named by what it is", () => {
  const named = (of: PhasePayload) =>
    occurrenceIdOf({ kind: "composite", phase: "first", of }, nobleHasher);
  const height = { kind: "height", chainId: 5, height: 7, blockHash: wordHex(2) } as const;
  expect(named(log)).toBe(eventOccurrenceId(log));
  expect(named(height)).toBe(heightOccurrenceId({ chainId: 5, height: 7 }));
  expect(named({ kind: "start", ordinal: 0 })).toBe(denseOccurrenceId("start", 0));
  expect(named({ kind: "cron", ordinal: 9 })).toBe(denseOccurrenceId("cron", 9));
});
