import type { LedgerNode, LedgerOperator, LedgerTier } from "@deed/sdk";
import { describe, expect, test } from "vitest";
import type { MemberNode, Membership } from "./read-membership.ts";
import { exitSteps, joinSteps, missingWei, nextStep } from "./steps.ts";

const NOW_SEC = 1_700_000_000;
const key = (digit: string) => `0x${digit.repeat(40)}` as const;

const operator = { status: 1, name: "Eighth", bondWei: 0n, exitAtSec: 0 } as LedgerOperator;
const none = `0x${"0".repeat(64)}` as const;
const tier: LedgerTier = {
  ...{ declared: 0, counted: 0, verified: 0, evidenceHash: none },
  ...{ verifiedBy: key("0"), verifiedAtSec: 0, expiresAtSec: 0 },
};
const node: MemberNode = {
  ...({ operatorNo: 8, active: true, dutyKey: key("d"), actionKey: key("a") } as LedgerNode),
  ...{ nodeNo: 8, sealing: `0x${"e".repeat(128)}`, tier },
};

const nobody: Membership = {
  nowSec: NOW_SEC,
  cold: key("c"),
  operatorNo: null,
  operator: null,
  proposal: null,
  nodes: [],
  minBondWei: 10n,
  unbondingSec: 60,
  hasBeaconChain: false,
  isAway: false,
  generation: 1,
  nextGenerationSec: NOW_SEC + 30,
  isExecutor: false,
  isVerifier: false,
};
const admitted: Membership = { ...nobody, operatorNo: 8, operator };
const registered: Membership = {
  ...admitted,
  nodes: [node],
  hasBeaconChain: true,
};
const bonded: Membership = { ...registered, operator: { ...operator, bondWei: 10n } };

const proposal = (state: "open" | "approved" | "queued" | "rejected", readyAtSec = 0) =>
  ({
    ...{ proposalNo: 4, state, needed: 2, approving: 1, expiresAtSec: NOW_SEC + 9, readyAtSec },
    votes: { approved: [key("1")], objected: [], silent: [key("2"), key("3")] },
  }) as unknown as NonNullable<Membership["proposal"]>;

const next = (membership: Membership, hasConfig = false) => {
  const facts = { folder: "node", dutyKey: key("d"), bondWei: null, hasConfig, shown: null };
  const { step, who, command, what } = nextStep(joinSteps(membership, facts))!;
  return { step, who, command, what };
};

test.each<[string, Membership, { step: string; who: string | null; command: string | null }]>([
  [
    "no proposal: a member proposes the application",
    nobody,
    {
      ...{ step: "admission", who: "council" },
      command: "deed gov propose --file node/application.json --reason '…' --keystore member.json",
    },
  ],
  [
    "an open proposal: who has not voted",
    { ...nobody, proposal: proposal("open") },
    { step: "admission", who: "council", command: "deed gov approve 4 --reason '…'" },
  ],
  [
    "an approved one: anyone queues it",
    { ...nobody, proposal: proposal("approved") },
    { step: "admission", who: "anyone", command: "deed gov queue 4" },
  ],
  [
    "one that waits: nobody",
    { ...nobody, proposal: proposal("queued", NOW_SEC + 5) },
    { step: "admission", who: null, command: null },
  ],
  [
    "one that has waited: anyone executes it",
    { ...nobody, proposal: proposal("queued", NOW_SEC) },
    { step: "admission", who: "anyone", command: "deed gov execute 4" },
  ],
])("admission, %s", (_what, membership, expected) => {
  expect(next(membership)).toMatchObject(expected);
});

test("the operator's own steps come in their order, and the money last", () => {
  expect(next(admitted)).toMatchObject({ step: "node", who: "operator" });
  const unsealed = { ...registered, nodes: [{ ...node, sealing: null }] };
  expect(next(unsealed)).toMatchObject({ step: "sealing", who: "operator" });
  expect(next({ ...registered, hasBeaconChain: false }).step).toBe("beacon");
  expect(next(registered)).toMatchObject({ step: "bond", what: "deposit at least 10 wei" });
  expect(next(bonded).step).toBe("configuration");
  expect(next(bonded, true)).toMatchObject({
    step: "seat",
    command: "deed node --config node/node.json",
  });
  const seated = { ...bonded, isVerifier: true };
  const facts = { folder: "node", dutyKey: key("d"), bondWei: null, hasConfig: true, shown: null };
  expect(nextStep(joinSteps(seated, facts))).toBeNull();
});

describe("keys on a token or in a cloud", () => {
  const evidenceHash = `0x${"5".repeat(64)}` as const;
  const stepsOf = (changes: Partial<LedgerTier>, active: boolean) => {
    const own = { ...node, active, tier: { ...tier, declared: 2, counted: 1, ...changes } };
    const shown = { tier: 2, evidenceHash };
    const facts = { folder: "node", dutyKey: key("d"), bondWei: null, hasConfig: true, shown };
    return joinSteps({ ...bonded, isVerifier: true, nodes: [own] }, facts);
  };
  const keys = `${node.dutyKey} ${node.actionKey}`;
  const verify = `deed gov propose registry.verifyTier 8 2 ${evidenceHash} ${keys} VERIFIER EXPIRES --reason '…'`;

  test("are declared with what shows them, whatever the node was added with", () => {
    for (const changes of [{}, { evidenceHash: `0x${"6".repeat(64)}` } as const]) {
      const step = nextStep(stepsOf(changes, true));
      expect(step).toMatchObject({ step: "tier", who: "operator" });
      expect(step?.what).toContain(evidenceHash);
    }
  });

  test("declared, the council is told what to propose; a node that is on works meanwhile", () => {
    const steps = stepsOf({ evidenceHash }, true);
    expect(nextStep(steps)).toBeNull();
    expect(steps.find(({ step }) => step === "tier")?.what).toContain(verify);
  });

  test("a node that is off waits for the council, and is then switched on", () => {
    const waits = nextStep(stepsOf({ evidenceHash }, false));
    expect(waits).toMatchObject({ step: "tier", who: "council", command: verify });
    expect(waits?.what).toContain("switched off");
    const verified = { evidenceHash, verified: 2, counted: 2 };
    expect(nextStep(stepsOf(verified, false))).toMatchObject({ step: "on", who: "operator" });
  });

  test("what is verified is not declared anew by other evidence, and once it expired, it is", () => {
    const verified = { evidenceHash: none, verified: 2, counted: 2, expiresAtSec: NOW_SEC + 1 };
    expect(nextStep(stepsOf(verified, true))).toBeNull();
    const expired = { ...verified, counted: 1, expiresAtSec: NOW_SEC };
    expect(nextStep(stepsOf(expired, true))?.step).toBe("tier");
  });
});

test("what is missing of a bond is counted from what is there", () => {
  const half = { ...admitted, operator: { ...operator, bondWei: 4n } };
  expect(missingWei(half, { bondWei: null })).toBe(6n);
  expect(missingWei(half, { bondWei: 25n })).toBe(21n);
  expect(missingWei(half, { bondWei: 5n })).toBe(6n);
});

test("an exit: request, seat, unbonding, bond; nothing can be withdrawn before its time", () => {
  const leave = (change: Partial<LedgerOperator>, seat = false) => {
    const facts = { ...bonded, operator: { ...bonded.operator!, ...change }, isExecutor: seat };
    const found = nextStep(exitSteps(facts, "deed node exit node"));
    return found === null ? null : [found.step, found.state, found.command];
  };
  expect(leave({})).toEqual(["request", "now", "deed node exit node"]);
  expect(leave({ status: 3 }, true)).toEqual(["seat", "waits", null]);
  expect(leave({ status: 3, exitAtSec: NOW_SEC + 1 })).toEqual(["unbonding", "waits", null]);
  expect(leave({ status: 3, exitAtSec: NOW_SEC })).toEqual(["bond", "now", "deed node exit node"]);
  expect(leave({ status: 4, exitAtSec: NOW_SEC, bondWei: 0n })).toBeNull();
});

test("who has left needs another cold key to come back", () => {
  const left = { ...bonded, operator: { ...operator, status: 4 } };
  expect(next(left)).toMatchObject({ step: "admission", command: null });
});
