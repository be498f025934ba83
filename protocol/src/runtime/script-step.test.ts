import { expect, test } from "vitest";
import { bundleText } from "../bundle/bundle-text.ts";
import { nobleHasher } from "../encoding/hasher.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { needsWebAssembly } from "../plan/plan-needs.ts";
import type { Leaf } from "../transcript/leaf.ts";
import { replay } from "../verify/replay.ts";
import { drive, executionId, httpStep, manual, planOf, scriptStep } from "./run.testing.ts";
import { RunError } from "./run-error.ts";
import { testScripts } from "./script/script.testing.ts";

const scripts = testScripts();
const json = { "content-type": "application/json" };
const plan = (...steps: Step[]): Plan => planOf(steps, { runtime: 2 });
const answered = (of: Plan) =>
  drive(of, () => ({ status: 200, body: '{"list":[3,1,2]}', headers: json }), manual, scripts);

test("a script reads what its input renders, and later steps read what it gives", () => {
  const driven = answered(
    plan(
      httpStep("quote", { method: "GET" }),
      scriptStep("sort", {
        input: { list: "${steps.quote.body.list}", now: "${now}" },
        source: "return { sorted: input.list.sort(), now: input.now };",
      }),
      httpStep("tell", {
        if: "steps.sort.outcome == 'ok' && steps.sort.value.sorted[0] == 1",
        body: { type: "json", value: "${steps.sort.value}" },
      }),
    ),
  );
  expect(driven.status).toBe("ok");
  const [, , leaf] = driven.leaves;
  expect(leaf).toMatchObject({
    kind: "SCRIPT",
    step: 1,
    try: 0,
    status: 0,
    level: 0,
    input: { input: { list: [3, 1, 2], now: 1_799_999_999 } },
    output: { value: { sorted: [1, 2, 3], now: 1_799_999_999 } },
  });
  expect(leaf?.startedMs).toBe(leaf?.endedMs);
  const last = driven.requests.at(-1);
  expect(last?.kind === "http" && last.request.body).toBe('{"now":1799999999,"sorted":[1,2,3]}');
});

test("a script that throws fails its step, with the reason in the transcript", () => {
  const { status, leaves } = answered(
    plan(scriptStep("a", { source: "throw new RangeError('no');" }), httpStep("b")),
  );
  expect(status).toBe("failed");
  expect(leaves[1]).toMatchObject({
    kind: "SCRIPT",
    status: 1,
    output: { error: { code: "SCRIPT_THREW", message: "RangeError: no" } },
  });
  expect(leaves[2]).toMatchObject({ kind: "SKIP", input: { reason: "failed" } });
});

test("an input without a value fails the step before the script runs", () => {
  const { leaves } = answered(plan(scriptStep("a", { input: "${input.nobody}" })));
  expect(leaves[1]).toMatchObject({ kind: "CONDITION", status: 1 });
});

test("a verifier recomputes scripts and finds one that was made up", () => {
  const of = plan(scriptStep("double", { input: "${input.amount}", source: "return input * 2;" }));
  const { leaves } = answered(of);
  const intentHash = executionId;
  const bundle = (said: readonly Leaf[]) =>
    ({
      bundle: "deed.bundle.1",
      executionId,
      intentHash,
      attempt: 1,
      runtime: 2,
      leaves: said,
    }) as const;
  const told = (said: readonly Leaf[]) => replay(of, manual, bundle(said), nobleHasher, scripts);
  expect(told(leaves)).toMatchObject({ kind: "equal", status: "ok" });
  expect(bundleText(bundle(leaves)).text).toContain('"kind":"SCRIPT"');
  const lied = leaves.map((leaf) =>
    leaf.kind === "SCRIPT" ? { ...leaf, output: { value: 11 } } : leaf,
  );
  expect(told(lied)).toMatchObject({ kind: "divergent", leaf: 1, fault: "WrongStep" });
});

test("without an engine there is no outcome, and a plan says that it needs one", () => {
  const of = plan(scriptStep("a"));
  expect(needsWebAssembly(of)).toBe(true);
  expect(needsWebAssembly(plan(httpStep("a")))).toBe(false);
  const run = () => drive(of, () => ({ status: 200 }));
  expect(run).toThrow(RunError);
  expect(run).toThrow("SCRIPT_UNAVAILABLE");
});

test("runtime 1 has no scripts", () => {
  const old = { ...plan(scriptStep("a")), runtime: 1 };
  expect(() => drive(old, () => ({ status: 200 }), manual, scripts)).toThrow("UNKNOWN_RUNTIME");
});
