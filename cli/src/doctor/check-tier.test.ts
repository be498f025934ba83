import { expect, test } from "vitest";
import { tierFinding } from "./check-tier.ts";

const key = (digit: string) => `0x${digit.repeat(40)}` as const;
const node = { nodeNo: 7, dutyKey: key("d"), actionKey: key("a") };

const of = (declared: number, counted: number, digit = "5") =>
  tierFinding(node, "cloudKms", {
    ...{ declared, counted, verified: 0, evidenceHash: `0x${digit.repeat(64)}` },
    ...{ verifiedBy: `0x${"0".repeat(40)}`, verifiedAtSec: 0, expiresAtSec: 0 },
  });

test("keys that are what the registry says are fine", () => {
  expect(of(2, 2)).toMatchObject({ result: "ok", remedy: null });
});

test("a registry that says more than is true is a failure, one that says less a warning", () => {
  expect(of(3, 3)).toMatchObject({ result: "fail", remedy: expect.stringContaining("(7, 2") });
  expect(of(0, 0)).toMatchObject({ result: "warn", remedy: expect.stringContaining("node join") });
});

test("what the council has not verified comes with what to propose", () => {
  const found = of(2, 1);
  expect(found.result).toBe("warn");
  const { dutyKey, actionKey } = node;
  const keys = `${dutyKey} ${actionKey} VERIFIER EXPIRES`;
  expect(found.remedy).toContain(`registry.verifyTier 7 2 0x${"5".repeat(64)} ${keys}`);
});

test("after a rotation there is nothing to propose before the evidence is declared anew", () => {
  const found = of(2, 1, "0");
  expect(found).toMatchObject({ result: "warn", remedy: expect.stringContaining("node join") });
});
