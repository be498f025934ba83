import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keccakText } from "../../encoding/hasher.ts";
import { wordHex } from "../../encoding/word.ts";
import type { RunOutcome } from "../../runtime/run.ts";
import type { Leaf } from "../../transcript/leaf.ts";
import { exportedRun } from "../audit/exported-run.testing.ts";
import type { Lies } from "../audit/lies.testing.ts";
import { placeOfEvidence } from "./evidence.ts";
import { runEvidence } from "./run-evidence.ts";

const nothing = { revokedBlocks: new Map(), holders: new Map() };
const honest = exportedRun();

/** The faults that the files show, with their leaves. */
function found(lies: Lies, known: Parameters<typeof runEvidence>[1] = nothing): string[] {
  const { run } = exportedRun(lies);
  const all = runEvidence([run], known).map(({ evidence }) => {
    const { index, leaf } = placeOfEvidence(evidence);
    return `${evidence.fault} ${index} ${leaf}`;
  });
  return all.filter((text) => text.split(" ")[1] === "0");
}

/** Changes one leaf of what the executor tells. */
function telling(index: number, change: (leaf: Leaf) => Partial<Leaf>): Lies {
  return {
    outcome: (outcome: RunOutcome) => ({
      ...outcome,
      leaves: outcome.leaves.map((leaf, at) =>
        at === index ? { ...leaf, ...change(leaf) } : leaf,
      ),
    }),
  };
}

const CALL = 3;
const END = 4;

describe("evidence", () => {
  test("is not found in an honest run, alone or twice", () => {
    expect(runEvidence([honest.run], nothing)).toEqual([]);
    expect(runEvidence([honest.run, structuredClone(honest.run)], nothing)).toEqual([]);
  });

  test("of a broken leaf chain names the leaf that does not follow", () => {
    const late = telling(END, ({ startedMs, endedMs }) => ({
      startedMs: startedMs + 1,
      endedMs: endedMs + 1,
    }));
    expect(found(late)).toEqual([`BrokenLeafChain 0 ${END}`]);
    expect(found(telling(1, () => ({ index: 7 })))).toEqual(["BrokenLeafChain 0 1"]);
    const [{ evidence } = { evidence: null }] = runEvidence([exportedRun(late).run], nothing);
    expect(evidence).toMatchObject({ leaves: [{ index: END - 1 }, { index: END }] });
  });

  test("of an action that was not signed shows the step, and the permission that was", () => {
    const other = telling(CALL, ({ input }) => ({
      input: { ...(input as object), valueWei: "9" },
    }));
    expect(found(other)).toEqual([`ActionNotInPlan 0 ${CALL}`]);
    const nowhere = telling(CALL, () => ({ step: 9 }));
    expect(found(nowhere)).toEqual([`ActionNotInPlan 0 ${CALL}`]);
    const [{ evidence } = { evidence: null }] = runEvidence([exportedRun(other).run], nothing);
    expect(evidence).toMatchObject({ step: { kind: 2 }, permission: { step: 1, valueWei: 0n } });
  });

  test("of an effect after the revocation needs the block, which the ledger knows", () => {
    const { intentHash } = honest.run.executions[0]!;
    const anchored = (block: number) => ({
      ...nothing,
      revokedBlocks: new Map([[intentHash, block]]),
    });
    expect(found({}, anchored(1))).toEqual([]);
    const later: Lies = {
      outcome: (outcome) => ({
        ...outcome,
        leaves: outcome.leaves.map((leaf) => ({ ...leaf, anchorNumber: 5 })),
      }),
    };
    expect(found(later, anchored(6))).toEqual([]);
    expect(found(later, anchored(5))).toEqual(["EffectAfterRevocation 0 1"]);
  });

  test("of two records and verdicts for one place comes from files that contradict each other", () => {
    const other = exportedRun(telling(1, () => ({ level: 2 })));
    const faults = runEvidence([honest.run, other.run], nothing).map(({ evidence }) => evidence);
    const records = faults.filter(({ fault }) => fault === "EquivocatedRecord");
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ first: { batchNo: 9 }, second: { batchNo: 9 } });
    // The second history has another block for the record: every seat signed for both.
    const verdicts = faults.filter(({ fault }) => fault === "EquivocatedVerdict");
    expect(verdicts).toHaveLength(3);
  });

  test("of a record by who never held the batch needs the holder, whom the ledger knows", () => {
    const heldBy = (nodeNo: number) =>
      runEvidence([honest.run], { ...nothing, holders: new Map([[9, nodeNo]]) });
    const executorNo = 103;
    expect(heldBy(executorNo)).toEqual([]);
    const [found, ...others] = heldBy(executorNo + 1);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      executionId: null,
      evidence: { fault: "WrongHolder", nodeNo: executorNo, first: { batchNo: 9 } },
    });
    // Of a batch that the ledger does not know nobody is the holder.
    expect(runEvidence([honest.run], { ...nothing, holders: new Map([[8, 1]]) })).toEqual([]);
  });

  test("of seats that found right what was proven afterwards is of all that said nothing of it", () => {
    const contradicted = (lies: Lies) =>
      runEvidence([exportedRun(lies).run], nothing)
        .map(({ evidence }) => evidence)
        .filter(({ fault }) => fault === "VerdictContradicted");
    const all = contradicted({ voided: "WrongRuntime" });
    expect(all).toHaveLength(3);
    expect(all[0]).toMatchObject({ of: "WrongRuntime", index: 0, first: { batchNo: 9, draw: 0 } });
    expect(contradicted({ voided: "WrongRuntime", isFaulty: true })).toHaveLength(2);
    // What is withheld of one may have been given to another; a vote convicts its seats itself.
    expect(contradicted({ voided: "DataWithheld" })).toEqual([]);
    expect(contradicted({ voided: "vote" })).toEqual([]);
  });

  test("is found or not, whatever a file holds", () => {
    const changes = fc.record({
      index: fc.nat(4),
      startedMs: fc.nat(2 ** 31),
      step: fc.constantFrom(0, 1, 2, 65_535),
      anchorHash: fc.constantFrom(wordHex(1), keccakText("anchor")),
    });
    fc.assert(
      fc.property(changes, fc.nat(4), (change, at) => {
        const { run } = exportedRun(telling(at, () => change));
        expect(() => runEvidence([run], nothing)).not.toThrow();
      }),
      { numRuns: 20 },
    );
  });
});
