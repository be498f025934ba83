import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { EffectResult, Occurrence, RunStart } from "@deed/protocol/runtime";
import { transcriptOf } from "@deed/protocol/transcript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planOf } from "../broker/broker.testing.ts";
import { openTestSandbox } from "../sandbox/open.testing.ts";
import { SAMPLE_JOB } from "../sandbox/sample-job.testing.ts";
import { bundle, never, noEffects } from "../sandbox/sandbox.testing.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { packServer, zygoteTools } from "../sandbox/zygote/zygote.testing.ts";

interface Golden {
  readonly plan: Plan;
  readonly occurrence: Occurrence;
  readonly start: RunStart;
  readonly results: readonly EffectResult[];
  readonly status: string;
  readonly transcriptRoot: Hex;
}

const folder = new URL("../../../protocol/vectors/transcripts/", import.meta.url);
const files = readdirSync(folder);

const tools = await zygoteTools();
if (tools.kind === "ready") await rm(dirname(tools.hostilePath), { recursive: true });
const adapters = ["process", "bubblewrap", ...(tools.kind === "ready" ? ["zygote"] : [])];
const children = {
  child: new URL("../sandbox/child/main.ts", import.meta.url),
  server: new URL("../sandbox/zygote/server/main.ts", import.meta.url),
};

describe.each(adapters)("in %s", (adapter) => {
  let packed: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    packed =
      adapter === "zygote" ? await packServer(children.server) : await bundle(children.child);
    sandbox = await openTestSandbox(adapter, packed);
  }, 60_000);
  afterAll(async () => {
    await sandbox.close();
    await rm(dirname(packed), { recursive: true });
  });

  test.each(files)(
    "%s is the same transcript",
    async (file) => {
      const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Golden;
      const { plan, occurrence, start, results, status } = golden;
      const answers = [...results];
      const result = await sandbox.execute(
        { ...SAMPLE_JOB, plan, occurrence, start },
        async (request) => (request.kind === "pause" ? results[0]! : answers.shift()!),
        never,
      );
      if (result.kind !== "done") throw new Error(JSON.stringify(result));
      expect(result.outcome.status).toBe(status);
      const of = { executionId: occurrence.executionId, attempt: start.attempt };
      expect(transcriptOf(of, result.outcome.leaves).root).toBe(golden.transcriptRoot);
    },
    30_000,
  );

  test("the memories of earlier scripts of a run leave room for the next", async () => {
    const { plan, ...job } = scriptJob("return 'x'.repeat(10);", 20_000);
    const [first] = plan.steps;
    const steps = Array.from({ length: 127 }, (_, n) => ({ ...first!, id: `s${n}` }));
    const result = await sandbox.execute({ ...job, plan: { ...plan, steps } }, noEffects, never);
    expect(result).toMatchObject({ kind: "done", outcome: { status: "ok" } });
  }, 30_000);

  test("a script that does not end has no outcome: the wall clock ends the attempt", async () => {
    const result = await sandbox.execute(scriptJob("for (;;);", 700), noEffects, never);
    expect(result).toEqual({ kind: "stopped", failure: { code: "WALL_CLOCK", limitMs: 700 } });
  });

  test("nor has one that spins inside a single operation", async () => {
    const source = "return /(?:(?:a*)*)*b/.test('a'.repeat(40));";
    const result = await sandbox.execute(scriptJob(source, 700), noEffects, never);
    expect(result).toMatchObject({ kind: "stopped", failure: { code: "WALL_CLOCK" } });
  });
});

function scriptJob(source: string, wallMs: number) {
  const plan = planOf({
    kind: "script",
    id: "spin",
    if: null,
    needs: [],
    explicitNeeds: false,
    inputLevel: "proven",
    outputLevel: "proven",
    source,
    input: null,
  });
  return {
    ...SAMPLE_JOB,
    plan: { ...plan, runtime: 2 },
    limits: { ...SAMPLE_JOB.limits, wallMs },
  };
}
