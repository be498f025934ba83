import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { bundleText } from "@deed/protocol/bundle";
import { type Hex, type Json, nobleHasher } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import { openScriptEngine, run } from "@deed/protocol/runtime";
import { type Leaf, transcriptOf } from "@deed/protocol/transcript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planOf } from "../broker/broker.testing.ts";
import { SAMPLE_JOB } from "../sandbox/sample-job.testing.ts";
import { bundle } from "../sandbox/sandbox.testing.ts";
import { recompute } from "./recompute.ts";
import type { ReplayJob } from "./replay-messages.ts";
import { readScriptModule } from "./script-module.ts";
import { ScriptReplay, ScriptReplayError } from "./script-replay.ts";

let bundlePath: string;
let replay: ScriptReplay;

beforeAll(async () => {
  bundlePath = await bundle(new URL("./worker/main.ts", import.meta.url));
  replay = new ScriptReplay({ patience: 1, idleAfterMs: 50, bundlePath });
});
afterAll(async () => {
  await replay.close();
  await rm(dirname(bundlePath), { recursive: true });
});

function planWith(source: string, durationSec = 30): Plan {
  const plan = planOf({
    kind: "script",
    id: "one",
    if: null,
    needs: [],
    explicitNeeds: false,
    inputLevel: "proven",
    outputLevel: "proven",
    source,
    input: { now: "${now}" },
  });
  return { ...plan, runtime: 2, limits: { ...plan.limits, durationSec } };
}

/** The record of a run of `plan` whose script is said to have given `value`. */
function jobSaying(plan: Plan, value: Json): ReplayJob {
  const { occurrence, start } = SAMPLE_JOB;
  const { executionId } = occurrence;
  const honest = planWith("return null;");
  const scripts = openScriptEngine(readScriptModule());
  const going = run(honest, occurrence, start, undefined, scripts);
  const ended = going.next();
  if (ended.done !== true) throw new Error("it asks for an effect");
  const leaves: Leaf[] = ended.value.leaves.map((leaf) =>
    leaf.kind === "SCRIPT" ? { ...leaf, output: { value } } : leaf,
  );
  const intentHash: Hex = `0x${"22".repeat(32)}`;
  const rest = { executionId, intentHash, attempt: 1, runtime: 2, leaves };
  const { text, sha256 } = bundleText({ bundle: "deed.bundle.1", ...rest });
  const record = {
    transcriptRoot: transcriptOf({ executionId, attempt: 1 }, leaves).root,
    bundleSha256: sha256,
    status: "ok",
    sandbox: "process",
    adapter: "process",
    runtime: 2,
    leafCount: leaves.length,
    attempt: 1,
    startedMs: start.startedMs,
    endedMs: start.startedMs,
    feeGwei: 0n,
    bundleBytes: Buffer.byteLength(text),
  } as const;
  return { plan, occurrence, text, recorded: { executionId, intentHash, attempt: 1, record } };
}

const doubled = planWith("return input.now * 2;");

test("what a script truly gave is right", async () => {
  expect(await replay.verify(jobSaying(doubled, 3_600_000_000))).toMatchObject({ kind: "equal" });
});

test("what it did not give is a fault, named by its leaf", async () => {
  expect(await replay.verify(jobSaying(doubled, 7))).toMatchObject({
    kind: "divergent",
    leaf: 1,
    fault: "WrongStep",
  });
});

test("a script that does not end is SCRIPT_TIMEOUT, and the next is judged all the same", async () => {
  const endless = jobSaying(planWith("for (;;);", 1), 1);
  const within = jobSaying(planWith("return /(?:(?:a*)*)*b/.test('a'.repeat(40));", 1), false);
  const [first, second, third] = await Promise.allSettled([
    replay.verify(endless),
    replay.verify(within),
    replay.verify(jobSaying(doubled, 3_600_000_000)),
  ]);
  expect(first).toMatchObject({ status: "rejected", reason: { code: "SCRIPT_TIMEOUT" } });
  expect(second).toMatchObject({ status: "rejected", reason: { code: "SCRIPT_TIMEOUT" } });
  expect(third).toMatchObject({ status: "fulfilled", value: { kind: "equal" } });
}, 20_000);

test("a plan that cannot be run here is SCRIPT_REPLAY_FAILED", async () => {
  const job = jobSaying(doubled, 1);
  const plan = { ...doubled, runtime: 9 };
  const bundle = job.text.replace('"runtime":2', '"runtime":9');
  const recorded = { ...job.recorded, record: { ...job.recorded.record, runtime: 9 } };
  const { sha256 } = bundleText(JSON.parse(bundle));
  const judged = replay.verify({
    ...job,
    plan,
    text: bundle,
    recorded: { ...recorded, record: { ...recorded.record, bundleSha256: sha256 } },
  });
  await expect(judged).rejects.toMatchObject({ code: "SCRIPT_REPLAY_FAILED" });
});

test("a node that runs no scripts, or whose thread ends, is SCRIPT_UNCHECKED; others are not asked", async () => {
  const job = jobSaying(doubled, 3_600_000_000);
  const unchecked = { kind: "unable", code: "SCRIPT_UNCHECKED" };
  expect(await recompute({ hasher: nobleHasher }, job)).toMatchObject(unchecked);
  const verify = async (): Promise<never> => {
    throw new ScriptReplayError("SCRIPT_TIMEOUT", "4 s");
  };
  const late = await recompute({ hasher: nobleHasher, scripts: { verify } }, job);
  expect(late).toMatchObject({ ...unchecked, reason: "ScriptReplayError: SCRIPT_TIMEOUT: 4 s" });
  const plain = await recompute(
    { hasher: nobleHasher, scripts: { verify } },
    { ...job, plan: planOf() },
  );
  expect(plain).toMatchObject({ kind: "divergent" });
});
