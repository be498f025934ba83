import { describe, expect, test } from "vitest";
import { eventTopic, type LedgerEventName } from "../chain/ledger-event.ts";
import { auditRun } from "./audit.ts";
import { compile, exportedRun } from "./exported-run.testing.ts";
import type { Lies } from "./lies.testing.ts";
import { contracts } from "./synthetic-ledger.testing.ts";

/** Checks that are not ok, and what was trusted. */
function open(lies: Lies, drop?: (receipt: string) => boolean) {
  const { run, head } = exportedRun(lies);
  const receipts = run.receipts.filter(({ receipt }) => drop?.(receipt) !== true);
  const report = auditRun({ ...run, receipts }, { contracts, compile, blockHashes: [head] });
  const checks = report.checks.filter(({ result }) => result !== "ok");
  return {
    checks: [...new Set(checks.map(({ name, result }) => `${name} ${result}`))],
    trusted: report.trusted.filter((line) => line.includes("did not succeed")),
  };
}

const holds = (name: LedgerEventName) => (receipt: string) =>
  receipt.includes(eventTopic(name).slice(2));

describe("a call that reverted", () => {
  const revert = { told: "0x08c379a0", shown: "0x08c379a0" } as const;

  test("is proven by the gateway's event, and nobody has to be trusted", () => {
    expect(open({ revert })).toEqual({ checks: [], trusted: [] });
  });

  test("stays open when the file does not show the event", () => {
    expect(open({ revert }, holds("ActionReverted")).checks).toEqual(["actions unknown"]);
    expect(open({ revert: { ...revert, shown: null } }).checks).toEqual(["actions unknown"]);
  });
});

describe("a call of an earlier attempt", () => {
  const adopted = { batchNo: 9 } as const;

  test("is proven to the gateway's Acted and to this batch's adoption", () => {
    expect(open({ adopted }).checks).toEqual([]);
  });

  test("stays open when the file shows no adoption, or another batch's, or not the call", () => {
    expect(open({ adopted }, holds("ActionAdopted")).checks).toEqual(["actions unknown"]);
    expect(open({ adopted: { batchNo: null } }).checks).toEqual(["actions unknown"]);
    expect(open({ adopted: { batchNo: 8 } }).checks).toEqual(["actions unknown"]);
    expect(open({ adopted }, holds("Acted")).checks).toEqual(["actions unknown"]);
  });
});
