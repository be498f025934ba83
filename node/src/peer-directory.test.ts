import type { LedgerNode, LedgerOperator } from "@deed/sdk";
import { expect, test } from "vitest";
import { peerDirectory } from "./peer-directory.ts";

const FOR_EVER = 2 ** 40 - 1;

function isPeer(node: Partial<LedgerNode>, operator: Partial<LedgerOperator> | null): boolean {
  const directory = peerDirectory({
    node: () => ({ active: true, operatorNo: 1, ...node }) as LedgerNode,
    operator: () =>
      operator === null
        ? null
        : ({ status: 1, suspendedUntilSec: 0, ...operator } as LedgerOperator),
  });
  return directory.node(1)?.active ?? false;
}

test.each<[string, boolean, Partial<LedgerNode>, Partial<LedgerOperator> | null]>([
  ["an active node of an active operator", true, {}, {}],
  [
    "one of an operator that is suspended for a while",
    true,
    {},
    { status: 2, suspendedUntilSec: 9 },
  ],
  ["one of an operator that is leaving", true, {}, { status: 3 }],
  ["one that was switched off", false, { active: false }, {}],
  [
    "one of an operator that the council removed",
    false,
    {},
    { status: 3, suspendedUntilSec: FOR_EVER },
  ],
  [
    "one of an operator that is suspended for good",
    false,
    {},
    { status: 2, suspendedUntilSec: FOR_EVER },
  ],
  ["one of an operator that has left", false, {}, { status: 4 }],
  ["one of an operator that nobody knows", false, {}, null],
])("%s: a peer is %s", (_what, expected, node, operator) => {
  expect(isPeer(node, operator)).toBe(expected);
});

test("who is not in the registry is nobody", () => {
  expect(peerDirectory({ node: () => null, operator: () => null }).node(1)).toBe(null);
});
