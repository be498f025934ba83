import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bundle } from "../bundle/bundle.ts";
import { bundleText, bundleTextHash } from "../bundle/bundle-text.ts";
import { keccakText } from "../encoding/hasher.ts";
import type { ExecutionRecord, SandboxLevel } from "../encoding/record.ts";
import { utf8Bytes } from "../encoding/utf8.ts";
import type { Plan } from "../plan/plan.ts";
import {
  type Answer,
  anyAnswers,
  anyPlan,
  callStep,
  drive,
  executionId,
  httpStep,
  manual,
  planOf,
} from "../runtime/run.testing.ts";
import type { RunOutcome } from "../runtime/run.ts";
import type { Leaf } from "../transcript/leaf.ts";
import { transcriptOf } from "../transcript/transcript.ts";
import { checkBundle, type Recorded, verifyExecution } from "./check-bundle.ts";
import { replay } from "./replay.ts";

const intentHash = keccakText("an intent");

function bundleOf(outcome: RunOutcome): Bundle {
  const { leaves } = outcome;
  return { bundle: "deed.bundle.1", executionId, intentHash, attempt: 1, runtime: 1, leaves };
}

function recordedOf(outcome: RunOutcome, bundle: Bundle): Recorded {
  const record: ExecutionRecord = {
    transcriptRoot: transcriptOf({ executionId, attempt: 1 }, bundle.leaves).root,
    bundleSha256: bundleText(bundle).sha256,
    status: outcome.status,
    sandbox: "process",
    adapter: "process",
    runtime: 1,
    leafCount: bundle.leaves.length,
    attempt: 1,
    startedMs: bundle.leaves[0]!.startedMs,
    endedMs: bundle.leaves.at(-1)!.endedMs,
    feeGwei: 0n,
    bundleBytes: utf8Bytes(bundleText(bundle).text).length,
  };
  return { executionId, intentHash, attempt: 1, record };
}

const anyRun = fc
  .tuple(anyPlan, anyAnswers)
  .map(([plan, answers]): [Plan, RunOutcome] => [plan, drive(plan, answers)]);

// One change of one field of a leaf that the plan and the results decide.
const anyChange: fc.Arbitrary<(leaf: Leaf) => Leaf> = fc.oneof(
  fc.constant((leaf: Leaf) => ({ ...leaf, index: leaf.index + 1 })),
  fc.constant((leaf: Leaf) => ({ ...leaf, step: leaf.step === 0 ? 1 : 0 })),
  fc.constant((leaf: Leaf) => ({ ...leaf, kind: leaf.kind === "SKIP" ? "END" : "SKIP" }) as Leaf),
  fc.constant((leaf: Leaf) => ({ ...leaf, try: leaf.try + 1 })),
  fc.constant((leaf: Leaf) => ({ ...leaf, level: ((leaf.level + 1) % 4) as Leaf["level"] })),
  fc.constant((leaf: Leaf) => ({ ...leaf, input: { was: leaf.input } })),
  fc.constant((leaf: Leaf) => ({ ...leaf, output: { was: leaf.output } })),
  fc.constant((leaf: Leaf) => ({ ...leaf, endedMs: leaf.startedMs - 1 })),
);

describe("a replay", () => {
  test("of an honest run is equal", () => {
    fc.assert(
      fc.property(anyRun, ([plan, outcome]) => {
        const bundle = bundleOf(outcome);
        const root = transcriptOf({ executionId, attempt: 1 }, outcome.leaves).root;
        const equal = { kind: "equal", status: outcome.status, transcriptRoot: root };
        expect(replay(plan, manual, bundle)).toEqual(equal);
        const text = bundleText(bundle).text;
        expect(verifyExecution(plan, manual, text, recordedOf(outcome, bundle))).toEqual(equal);
      }),
    );
  });

  test("finds every changed leaf, at it or before it", () => {
    fc.assert(
      fc.property(anyRun, fc.nat(), anyChange, ([plan, outcome], pick, change) => {
        const at = pick % outcome.leaves.length;
        const leaves = outcome.leaves.map((leaf, index) => (index === at ? change(leaf) : leaf));
        const result = replay(plan, manual, bundleOf({ ...outcome, leaves }));
        expect(result.kind).toBe("divergent");
        if (result.kind === "divergent") expect(result.leaf).toBeLessThanOrEqual(at);
      }),
    );
  });

  test("finds a left out, a doubled and an added leaf", () => {
    fc.assert(
      fc.property(anyRun, fc.nat(), fc.boolean(), ([plan, outcome], pick, isDoubled) => {
        const at = pick % outcome.leaves.length;
        const { leaves } = outcome;
        const renumbered = (list: readonly Leaf[]) =>
          list.map((leaf, index) => ({ ...leaf, index }));
        const shorter = renumbered(leaves.filter((_, index) => index !== at));
        const longer = renumbered(leaves.flatMap((leaf, i) => (i === at ? [leaf, leaf] : [leaf])));
        const changed = isDoubled ? longer : shorter;
        // A try that failed can be left out or doubled where only its number shows it.
        const result = replay(plan, manual, bundleOf({ ...outcome, leaves: changed }));
        expect(result.kind).toBe("divergent");
      }),
    );
  });

  test("answers whatever the bundle holds", () => {
    const anyLeaf = fc.record({
      index: fc.nat(3),
      step: fc.constantFrom(0, 1, 65_535),
      kind: fc.constantFrom("TRIGGER", "CONDITION", "HTTP", "CALL", "SKIP", "END"),
      try: fc.nat(2),
      status: fc.nat(3),
      level: fc.nat(3),
      input: fc.jsonValue(),
      output: fc.oneof(fc.jsonValue(), fc.constant({ status: 200, headers: {}, body: "" })),
      startedMs: fc.nat(9),
      endedMs: fc.nat(9),
      anchorNumber: fc.nat(9),
      anchorHash: fc.constant(executionId),
    });
    fc.assert(
      fc.property(
        anyRun,
        fc.array(anyLeaf, { maxLength: 6 }),
        fc.nat(),
        ([plan, outcome], tail, cut) => {
          const kept = outcome.leaves.slice(0, cut % outcome.leaves.length);
          const leaves = [...kept, ...(tail as unknown as Leaf[])];
          const result = replay(plan, manual, bundleOf({ ...outcome, leaves }));
          if (result.kind === "divergent") expect(result.leaf).toBeLessThanOrEqual(leaves.length);
        },
      ),
    );
  });
});

describe("a lie has a name:", () => {
  const steps = [
    httpStep("quote"),
    httpStep("pay", { if: "steps.quote.body.usd < 3000", explicitNeeds: true, needs: ["quote"] }),
  ];
  const plan = planOf(steps);
  const answer = (usd: number) => (): Answer => ({
    status: 200,
    body: `{"usd":${usd}}`,
    headers: { "content-type": "application/json" },
  });
  const honest = drive(plan, answer(3001));
  const changed = (change: (leaves: Leaf[]) => void) => {
    const leaves = structuredClone(honest.leaves) as Leaf[];
    change(leaves);
    return replay(plan, manual, bundleOf({ ...honest, leaves }));
  };

  test("another branch", () => {
    const other = drive(plan, answer(2999));
    const result = changed((leaves) => {
      leaves.splice(2, 9, ...other.leaves.slice(2));
    });
    expect(result).toMatchObject({ kind: "divergent", leaf: 2, fault: "WrongStep" });
  });

  test("an effect where the plan has none", () => {
    const other = drive(plan, answer(2999));
    const result = changed((leaves) => {
      leaves[3] = { ...other.leaves[3]! };
    });
    expect(result).toMatchObject({ leaf: 3, fault: "ActionNotInPlan" });
  });

  test("another request", () => {
    const result = changed((leaves) => {
      const input = { ...(leaves[1]!.input as object), url: "https://api.example.com/other" };
      leaves[1] = { ...leaves[1]!, input };
    });
    expect(result).toMatchObject({ leaf: 1, fault: "ActionNotInPlan" });
  });

  test("another trigger", () => {
    const result = changed((leaves) => {
      leaves[0] = { ...leaves[0]!, input: { now: 1, trigger: null } };
    });
    expect(result).toMatchObject({ leaf: 0, fault: "WrongTrigger" });
  });

  test("time that runs backwards", () => {
    const result = changed((leaves) => {
      leaves[1] = { ...leaves[1]!, startedMs: leaves[0]!.endedMs - 1 };
    });
    expect(result).toMatchObject({ leaf: 1, fault: "BrokenTranscript" });
  });

  test("a receipt where a response was", () => {
    const call = drive(planOf([callStep("a")]), () => ({ returned: "0x" }));
    const result = changed((leaves) => {
      leaves[1] = { ...leaves[1]!, output: call.leaves[1]!.output };
    });
    expect(result).toMatchObject({ leaf: 1, fault: "BrokenTranscript" });
  });

  test("another runtime, no leaves", () => {
    expect(replay(plan, manual, { ...bundleOf(honest), runtime: 2 })).toMatchObject({
      fault: "WrongRuntime",
    });
    expect(replay(plan, manual, bundleOf({ ...honest, leaves: [] }))).toMatchObject({
      fault: "BrokenTranscript",
    });
  });
});

describe("a bundle", () => {
  const plan = planOf([httpStep("a"), callStep("b")]);
  const outcome = drive(plan, (request) =>
    request.kind === "http" ? { status: 200 } : { returned: "0x" },
  );
  const bundle = bundleOf(outcome);
  const { text } = bundleText(bundle);
  const recorded = recordedOf(outcome, bundle);

  test("is what its record commits to", () => {
    expect(checkBundle(text, recorded)).toEqual({ kind: "bundle", bundle });
  });

  test("with another byte is none", () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, unit) => {
          fc.pre(text[at] !== unit);
          const other = text.slice(0, at) + unit + text.slice(at + 1);
          expect(checkBundle(other, recorded)).toMatchObject({ fault: "BundleMismatch", leaf: 0 });
        },
      ),
    );
  });

  test.each([
    ["transcriptRoot", keccakText("x")],
    ["status", "failed"],
    ["runtime", 2],
    ["leafCount", 5],
    ["attempt", 2],
    ["startedMs", 1],
    ["endedMs", 1],
  ] as const)("whose record has another %s does not match", (name, value) => {
    const other = { ...recorded, record: { ...recorded.record, [name]: value } };
    expect(verifyExecution(plan, manual, text, other)).toMatchObject({ fault: "BundleMismatch" });
  });

  test("whose record says less of its sandbox than the workflow demands does not match", () => {
    const demanding = { ...plan, sandbox: "container" } as const;
    const told = (sandbox: SandboxLevel) => {
      const record = { ...recorded.record, sandbox };
      return verifyExecution(demanding, manual, text, { ...recorded, record });
    };
    expect(told("process")).toMatchObject({
      fault: "BundleMismatch",
      expected: { sandbox: "container" },
      actual: { sandbox: "process" },
    });
    expect(told("container")).toMatchObject({ kind: "equal" });
    expect(told("containerSharedNet")).toMatchObject({ kind: "equal" });
  });

  test("that is malformed is its executor's fault, and throws nothing", () => {
    const texts = [
      "",
      "null",
      "[]",
      "{}",
      "[".repeat(50_000),
      ` ${text}`,
      text.replace('"attempt":1', '"attempt":1.5'),
      text.replace('"attempt":1', '"attempt":-0'),
      text.replace('"kind":"HTTP"', '"kind":"toString"'),
      text.replace('"body":""', '"body":"\\ud800"'),
      text.replace('"level":1', '"level":1,"level":1'),
    ];
    for (const bad of texts) {
      const record = { ...recorded.record, bundleSha256: bundleTextHash(bad) };
      expect(checkBundle(bad, { ...recorded, record }), bad.slice(0, 60)).toMatchObject({
        kind: "divergent",
        fault: "BrokenTranscript",
      });
    }
    expect(checkBundle("\ud800", recorded)).toMatchObject({ fault: "BundleMismatch" });
  });
});
