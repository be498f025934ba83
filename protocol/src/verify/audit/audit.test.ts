import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExportedRun } from "../../bundle/run.ts";
import { keccakText } from "../../encoding/hasher.ts";
import type { Step } from "../../plan/plan.ts";
import { auditRun } from "./audit.ts";
import { CHECK_NAMES, type CheckName } from "./check.ts";
import { compile, exportedRun } from "./exported-run.testing.ts";
import type { Lies } from "./lies.testing.ts";
import { contracts } from "./synthetic-ledger.testing.ts";

type Writable = { -readonly [name in keyof ExportedRun]: ExportedRun[name] };

const honest = exportedRun();
const full = { blockHashes: [honest.head], contracts, compile };

function names(run: unknown, head: `0x${string}`, result: string): CheckName[] {
  const { checks } = auditRun(run, { ...full, blockHashes: [head] });
  const found = checks.filter((check) => check.result === result).map(({ name }) => name);
  return [...new Set(found)];
}

function lie(lies: Lies): CheckName[] {
  const { run, head } = exportedRun(lies);
  return names(run, head, "failed");
}

function changed(change: (run: Writable) => void): { failed: CheckName[]; unknown: CheckName[] } {
  const run = structuredClone(honest.run) as Writable;
  change(run);
  return {
    failed: names(run, honest.head, "failed"),
    unknown: names(run, honest.head, "unknown"),
  };
}

describe("an honest run", () => {
  test("passes every check, none left out", () => {
    const { checks } = auditRun(honest.run, full);
    expect(checks.filter(({ result }) => result !== "ok")).toEqual([]);
    expect(new Set(checks.map(({ name }) => name))).toEqual(new Set(CHECK_NAMES));
  });

  test("says what it had to trust", () => {
    const { trusted } = auditRun(honest.run, full);
    expect(trusted).toContainEqual(expect.stringContaining(honest.head));
    expect(trusted).toContainEqual(expect.stringContaining("step 'ask'"));
    expect(trusted).toHaveLength(3);
  });

  test("without an anchor, a compiler and the contracts leaves that open, and nothing else", () => {
    const { checks, trusted } = auditRun(honest.run);
    const open = checks.filter(({ result }) => result !== "ok");
    expect(open.map(({ name, result }) => [name, result])).toEqual([
      ["anchor", "unknown"],
      ["plan-recompiled", "unknown"],
    ]);
    expect(trusted).toContainEqual(expect.stringContaining("are Deed's"));
  });
});

describe("over a rotation of the executor's duty key", () => {
  const second = { key: "second", fromSec: -10, announcedSec: -100 };

  test.each<[string, Lies, CheckName[]]>([
    ["the key of the claim's time signs", { rotations: [second], recordSigner: "second" }, []],
    ["the key before it does not", { rotations: [second] }, ["record-signature"]],
    [
      "nor does the one that is still to come",
      { rotations: [{ ...second, fromSec: 1 }], recordSigner: "second" },
      ["record-signature"],
    ],
    ["until then the first signs", { rotations: [{ ...second, fromSec: 1 }] }, []],
    [
      "one that was replaced before its time never signs",
      { rotations: [second, { key: "third", fromSec: 20, announcedSec: -50 }] },
      [],
    ],
  ])("%s", (_, lies, expected) => {
    expect(lie(lies)).toEqual(expected);
  });
});

describe("a lie fails the check of its name:", () => {
  test.each<[string, Lies, CheckName[]]>([
    ["another key signed the record", { recordSigner: "mallory" }, ["record-signature"]],
    ["another key signed the verdicts", { verdictSigner: "mallory" }, ["verdict-signatures"]],
    ["others than the drawn sat", { seats: [1, 2, 4] }, ["draw"]],
    ["the executor judged itself", { seats: [3, 2, 4] }, ["draw"]],
    ["a seat found a fault", { isFaulty: true }, ["finality"]],
    [
      "the gateway called another target",
      { acted: { target: `0x${"99".repeat(20)}` } },
      ["actions"],
    ],
    ["the call stood in another block", { acted: { blockShift: 1 } }, ["actions"]],
    [
      "the executor keeps back what it did",
      {
        outcome: ({ leaves }) => ({
          status: "failed",
          leaves: leaves.map((leaf) => {
            if (leaf.kind === "END") {
              const steps = { ask: { status: "ok" }, pay: { status: "failed" } };
              return { ...leaf, input: { status: "failed" }, output: { steps } };
            }
            if (leaf.kind !== "CALL") return leaf;
            const error = { code: "REVERTED", message: "0x" };
            return { ...leaf, status: 1, output: { error } };
          }),
        }),
      },
      ["actions"],
    ],
    [
      "the executor took another branch",
      {
        outcome: ({ status, leaves }) => ({
          status,
          leaves: leaves.map((leaf) =>
            leaf.kind === "HTTP"
              ? { ...leaf, output: { ...(leaf.output as object), body: "{}" } }
              : leaf,
          ),
        }),
      },
      ["replay"],
    ],
    [
      "the record names another status",
      { outcome: ({ leaves }) => ({ status: "failed", leaves }) },
      ["replay"],
    ],
  ])("%s", (_, lies, expected) => {
    expect(lie(lies)).toEqual(expected);
  });

  test("the target reverted with something else than the executor says", () => {
    expect(lie({ revert: { told: "0x08c379a0", shown: "0x08c379a1" } })).toEqual(["actions"]);
  });

  test("signatures that the ledger accepted of others than keys are trusted", () => {
    const { run, head } = exportedRun({ intentSigner: "mallory", fireSigner: "mallory" });
    const { checks, trusted } = auditRun(run, { ...full, blockHashes: [head] });
    expect(checks.filter(({ result }) => result !== "ok")).toEqual([]);
    expect(trusted.filter((line) => line.includes("wallet contract"))).toHaveLength(3);
  });

  test.each<[string, (run: Writable) => void, CheckName[]]>([
    ["version", (run) => Object.assign(run, { run: "deed.run.2" }), ["format"]],
    [
      "contracts",
      (run) =>
        Object.assign(run, { contracts: { ...run.contracts, disputes: run.contracts.beacon } }),
      ["contracts"],
    ],
    [
      "itemsRoot",
      (run) => Object.assign(run.batches[0]!, { itemsRoot: keccakText("x") }),
      ["record-signature", "item-leaf"],
    ],
    [
      "itemPath",
      (run) => Object.assign(run.executions[0]!, { itemPath: [keccakText("x")] }),
      ["item-leaf"],
    ],
    [
      "bundle",
      (run) => Object.assign(run.executions[0]!, { bundle: run.executions[1]!.bundle }),
      ["bundle-hash"],
    ],
    [
      "time",
      (run) => Object.assign(run.executions[0]!.occurrence, { nowSec: 5 }),
      ["item", "trigger", "replay"],
    ],
    [
      "plan",
      (run) => Object.assign(Object.values(run.plans)[0]!, { name: "other" }),
      ["plan-root", "plan-recompiled"],
    ],
    [
      "proof",
      (run) => Object.assign(run.receipts[0]!, { proof: run.receipts[3]!.proof }),
      ["receipt-proofs", "nodes"],
    ],
  ])("another %s", (_, change, expected) => {
    expect(changed(change).failed).toEqual(expected);
  });
});

describe("a missing piece leaves its checks open:", () => {
  test("a header", () => {
    const { failed, unknown } = changed((run) => {
      run.headers = run.headers.filter((_, index) => index !== 3);
    });
    expect(failed).toEqual([]);
    expect(unknown).toContain("header-chain");
    expect(unknown).toContain("registration");
  });

  test("the anchor's own header", () => {
    const { failed, unknown } = changed((run) => {
      run.headers = run.headers.slice(0, -1);
    });
    expect(failed).toEqual([]);
    expect(unknown).toEqual(expect.arrayContaining(["anchor", "header-chain", "finality"]));
  });

  test("any receipt", () => {
    for (let index = 0; index < honest.run.receipts.length; index += 1) {
      const { failed, unknown } = changed((run) => {
        run.receipts = run.receipts.filter((_, at) => at !== index);
      });
      expect(failed, `receipt ${index}`).toEqual([]);
      const block = honest.run.receipts[index]!.blockNumber;
      const isEmpty = block === 2 && honest.run.receipts[index]!.transactionIndex === 0;
      if (!isEmpty) expect(unknown, `receipt ${index}`).not.toEqual([]);
    }
  });

  test("the batch, the plan", () => {
    expect(changed((run) => Object.assign(run, { batches: [] })).unknown).toContain("item");
    expect(changed((run) => Object.assign(run, { plans: {} })).unknown).toContain("replay");
  });
});

/** Places of every named piece of the file's own form; of lists, the first entry's. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return entries.flatMap(([name, inner]) => {
    const place = [...path, name];
    // What an owner signed, and what an event or an input says, has a form of its own.
    const isOwn = path[0] === "plans" || ["event", "input"].includes(name);
    const isPiece = !Array.isArray(value) && !["run", "kind"].includes(name) && path[0] !== "plans";
    return [...(isPiece ? [place] : []), ...(isOwn ? [] : places(inner, place))];
  });
}

describe("a piece that is left out is named, and nothing is called wrong:", () => {
  test.each(places(honest.run).map((place) => [place.join("."), place] as const))(
    "%s",
    (_, place) => {
      // An input may be null.
      for (const nothing of place.at(-1) === "input" ? [undefined] : [undefined, null]) {
        const run = structuredClone(honest.run);
        const name = place.at(-1) ?? "";
        const holder = place
          .slice(0, -1)
          .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, {
            ...run,
          });
        const whole = place.length === 1 ? { ...run, [name]: nothing } : run;
        if (place.length > 1) holder[name] = nothing;
        const { checks } = auditRun(JSON.parse(JSON.stringify(whole)), full);
        expect(checks.filter(({ result }) => result === "failed")).toEqual([]);
        const [format] = checks;
        expect(format).toMatchObject({ name: "format", result: "unknown" });
        expect(format?.detail).toContain(name);
      }
    },
  );

  test("an empty bundle, a cut proof, a cut path, no execution", () => {
    const open = (change: (run: Writable) => void): CheckName[] => {
      const { failed, unknown } = changed(change);
      expect(failed).toEqual([]);
      return unknown;
    };
    const ofFirst = (run: Writable) => run.executions[0]!;
    expect(open((run) => Object.assign(ofFirst(run), { bundle: "" }))).toEqual([
      "format",
      "bundle-hash",
    ]);
    expect(open((run) => Object.assign(ofFirst(run), { itemPath: [] }))).toEqual(["item-leaf"]);
    const cut = honest.run.receipts.findIndex(({ proof }) => proof.length > 0);
    expect(open((run) => Object.assign(run.receipts[cut]!, { proof: [] }))).toContain(
      "receipt-proofs",
    );
    expect(open((run) => Object.assign(run, { executions: [] }))).toEqual(["format"]);
  });
});

test("an execution that was asked for and is not there is named, and nothing is called wrong", () => {
  const [first, second] = honest.run.executions;
  const asked = { ...full, executionIds: [first!.executionId, second!.executionId] };
  expect(auditRun(honest.run, asked).checks.filter(({ result }) => result !== "ok")).toEqual([]);
  const { checks } = auditRun({ ...honest.run, executions: [first, first] }, asked);
  expect(checks.filter(({ result }) => result !== "ok")).toEqual([
    {
      name: "format",
      result: "unknown",
      subject: "",
      detail: `the file lacks execution ${second!.executionId}`,
    },
  ]);
});

test("a round with fewer preimages than operators is answered", () => {
  const count = (number: number) => String(number).padStart(64, "0");
  const first = keccakText("preimage 2 1").slice(2);
  const { failed } = changed((run) => {
    const revealed = run.receipts.find(({ receipt }) => receipt.includes(first))!;
    const receipt = revealed.receipt.replace(count(3) + first, count(2) + first);
    expect(receipt).not.toBe(revealed.receipt);
    Object.assign(revealed, { receipt });
  });
  expect(failed).toContain("seed");
});

test.each([
  ["verdict-signatures", 7, 8, "head 0"],
  ["record-signature", 1, 32, "head"],
] as const)("an audit position that no node can have signed fails %s", (name, seq, bytes, head) => {
  const after = keccakText(head).slice(2);
  const word = (value: bigint) => value.toString(16).padStart(2 * bytes, "0");
  const { failed } = changed((run) => {
    const found = run.receipts.find(({ receipt }) => receipt.includes(after))!;
    const receipt = found.receipt.replace(word(BigInt(seq)) + after, word(2n ** 57n - 1n) + after);
    expect(receipt).not.toBe(found.receipt);
    Object.assign(found, { receipt });
  });
  expect(failed).toContain(name);
});

test("verdicts that are no entries of seats are answered", () => {
  const head = keccakText("head 0").slice(2);
  const { failed } = changed((run) => {
    const found = run.receipts.find(({ receipt }) => receipt.includes(head))!;
    // After audit head, salt, signature and the count of faults; 0 or 1.
    const flag = found.receipt.indexOf(head) + 2 * (32 + 32 + 65 + 2);
    const receipt = `${found.receipt.slice(0, flag)}02${found.receipt.slice(flag + 2)}` as const;
    Object.assign(found, { receipt });
  });
  expect(failed).toContain("commitments");
});

test("a receipt that stands twice counts once", () => {
  for (const receipt of honest.run.receipts) {
    const receipts = [...honest.run.receipts, receipt];
    expect(auditRun({ ...honest.run, receipts }, full)).toEqual(auditRun(honest.run, full));
  }
});

test.each([0.5, 2 ** 60, "\ud800"])(
  "an input of %j, which nobody can have signed, is malformed",
  (value) => {
    const { failed } = changed((run) => {
      const { payload } = run.executions[0]!.occurrence;
      Object.assign(payload, { input: { note: value } });
    });
    expect(failed).toEqual(["format"]);
  },
);

test("whatever the file holds, the audit answers, and no change of a byte makes it better", () => {
  const text = JSON.stringify(honest.run);
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom(...'0123456789abcdef{}[]",:'),
      (at, unit) => {
        let value: unknown;
        try {
          value = JSON.parse(text.slice(0, at) + unit + text.slice(at + 1));
        } catch {
          return;
        }
        const { checks } = auditRun(value, full);
        expect(checks.length).toBeGreaterThan(0);
        if (JSON.stringify(value) !== text) {
          const open = checks.filter(({ result }) => result !== "ok");
          expect(open, `${text.slice(at - 40, at + 40)} with ${unit}`).not.toEqual([]);
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test.each([
  ["a step without a kind", (steps: Step[]) => steps.splice(0, 1, { id: "ask" } as Step)],
  ["a call without its target", (steps: Step[]) => Object.assign(steps[1]!, { target: null })],
  ["a call of no value", (steps: Step[]) => Object.assign(steps[1]!, { valueWei: "0x" })],
  ["a number that has no form", (steps: Step[]) => Object.assign(steps[0]!, { timeoutMs: 1.5 })],
])("a plan with %s is answered", (_, change) => {
  const { failed } = changed((run) => {
    change(Object.values(run.plans)[0]!.steps as Step[]);
  });
  expect(failed).toEqual(["plan-root", "plan-recompiled"]);
});

test("anything else than an exported run is answered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(auditRun(value).checks[0]).toMatchObject({ name: "format", result: "failed" });
    }),
  );
});
