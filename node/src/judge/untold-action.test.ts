import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Leaf } from "@deed/protocol/transcript";
import type { EventOf } from "@deed/sdk";
import { describe, expect, test } from "vitest";
import { address } from "../roles/context.testing.ts";
import { callStep, httpStep } from "../roles/execute/attempt.testing.ts";
import { aPlan } from "../roles/intent.testing.ts";
import { aBatch, hash } from "../store/store.testing.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { untoldAction } from "./untold-action.ts";

const plan = aPlan([httpStep("ask", "http://x"), callStep("pay")]);
const batch = aBatch(7, { nodeNo: 3, recordBlock: 9 });

function acted(changes: Partial<EventOf<"Acted">> = {}): EventOf<"Acted"> {
  return {
    name: "Acted",
    executionId: hash(1),
    step: 1,
    vault: address(8),
    timelock: address(17),
    governance: address(18),
    directory: address(19),
    nodeNo: 3,
    target: address(9),
    valueWei: 0n,
    callDataHash: hash(2),
    returned: "0x",
    place: { blockNumber: 6, blockHash: hash(6), txHash: hash(7), logIndex: 0 },
    ...changes,
  } as EventOf<"Acted">;
}

function leaf(index: number, kind: Leaf["kind"], step: number, status: Leaf["status"] = 0): Leaf {
  return { index, kind, step, status } as Leaf;
}

function told(kind: Leaf["kind"], status: Leaf["status"] = 0): readonly Leaf[] {
  return [leaf(0, "TRIGGER", 65_535), leaf(1, kind, 1, status), leaf(2, "END", 65_535)];
}

function untold(
  leaves: readonly Leaf[],
  { of = plan, actions = [acted()] }: { of?: Plan; actions?: readonly EventOf<"Acted">[] } = {},
) {
  const reader = { actionsOf: () => Promise.resolve(actions) } as unknown as LedgerReader;
  const executionId: Hex = hash(1);
  return untoldAction({ reader, batch, plan: of, executionId }, leaves);
}

describe("an action on the ledger", () => {
  test("that the transcript tells of, or may, is no fault", async () => {
    expect(await untold(told("CALL"))).toBeNull();
    expect(await untold(told("CALL", 2))).toBeNull();
  });

  test("of a step whose condition was false is not in the plan", async () => {
    const fault = { kind: "fault", fault: "ActionNotInPlan", leaf: 1 };
    expect(await untold(told("SKIP"))).toEqual(fault);
    expect(await untold([leaf(0, "TRIGGER", 65_535)])).toEqual({ ...fault, leaf: 0 });
  });

  test("of a step that failed, as the transcript says, is a wrong effect", async () => {
    const fault = { kind: "fault", fault: "WrongEffect", leaf: 1 };
    expect(await untold(told("CALL", 1))).toEqual(fault);
    expect(await untold(told("CALL", 3))).toEqual(fault);
  });

  test("of another node or execution is another's affair", async () => {
    expect(await untold(told("SKIP"), { actions: [acted({ nodeNo: 4 })] })).toBeNull();
    expect(await untold(told("SKIP"), { actions: [acted({ executionId: hash(2) })] })).toBeNull();
  });

  test("is not looked for where the plan has no calls", async () => {
    const of = aPlan([httpStep("ask", "http://x")]);
    expect(await untold(told("SKIP"), { of })).toBeNull();
  });
});
