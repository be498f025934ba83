import { expect, test } from "vitest";
import { auditRun } from "./audit.ts";
import { compile, exportedRun } from "./exported-run.testing.ts";
import type { Lies } from "./lies.testing.ts";
import { contracts } from "./synthetic-ledger.testing.ts";

/** What does not pass of a run whose first record was voided, and why. */
function failed(lies: Lies): readonly string[] {
  const { run, head } = exportedRun(lies);
  const { checks } = auditRun(run, { blockHashes: [head], contracts, compile });
  return checks
    .filter(({ result }) => result !== "ok")
    .map(({ name, detail }) => `${name}: ${detail}`);
}

test("a record that a vote voided is not final, whatever its seats found", () => {
  expect(failed({ voided: "vote" })).toEqual([
    "finality: a dispute voided the record: it was found wrong",
  ]);
});

test("a record that evidence voided names fault, leaf, operator and slash", () => {
  expect(failed({ voided: "BrokenLeafChain" })).toEqual([
    "finality: a contract found BrokenLeafChain at leaf 4 proven and voided the record; operator 3 was slashed 77 wei for it",
  ]);
});
