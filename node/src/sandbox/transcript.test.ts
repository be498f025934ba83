import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Plan } from "@deed/protocol/plan";
import { type EffectRequest, type EffectResult, run } from "@deed/protocol/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXECUTION_ID, httpStep, planOf } from "../broker/broker.testing.ts";
import {
  openProcessSandbox,
  PROCESS_SANDBOX_DEFAULTS,
  type ProcessSandbox,
} from "./process-sandbox.ts";
import { bundle, TEST_LIMITS } from "./sandbox.testing.ts";
import type { RunJob } from "./sandbox.ts";

const anchor = { number: 5, hash: `0x${"55".repeat(32)}` } as const;
const plan: Plan = planOf(
  httpStep({
    id: "first",
    url: "https://a.example.com/price",
    retry: { attempts: 3, backoffMs: 1 },
  }),
  httpStep({
    id: "second",
    url: "https://a.example.com/hook",
    method: "POST",
    if: "steps.first.status == 200",
    body: { type: "json", value: { text: "got ${steps.first.body}" } },
  }),
);
const job: RunJob = {
  plan,
  occurrence: {
    executionId: EXECUTION_ID,
    occurrenceId: EXECUTION_ID,
    nowSec: 1_800_000_000,
    payload: { kind: "interval", ordinal: 3 },
  },
  start: { attempt: 1, startedMs: 1_800_000_000_123, anchor },
  limits: TEST_LIMITS,
};

/** The first try of the first step fails; everything else is answered. */
function answer(request: EffectRequest): EffectResult {
  const times = { startedMs: 1_800_000_000_200, endedMs: 1_800_000_000_300, anchor };
  if (request.kind === "http" && request.stepIndex === 0 && request.try === 1) {
    return { ...times, status: 1, output: { error: { code: "UNREACHABLE", message: "no" } } };
  }
  return {
    ...times,
    status: 0,
    output: { status: 200, headers: {}, body: `"${"ü".repeat(9_000)}"` },
  };
}

function inProcess(): unknown {
  const steps = run(job.plan, job.occurrence, job.start);
  let next = steps.next();
  while (next.done !== true) next = steps.next(answer(next.value));
  return JSON.parse(JSON.stringify(next.value));
}

let bundlePath: string;
const open: ProcessSandbox[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  bundlePath = await bundle(new URL("./child/main.ts", import.meta.url));
});
afterAll(async () => {
  for (const sandbox of open) await sandbox.close();
  await rm(dirname(bundlePath), { recursive: true });
});

test.each([
  ["packed, under the permission model", () => ({ bundlePath })],
  ["from sources", () => ({})],
])(
  "a child %s gives the transcript that the interpreter gives in-process",
  async (_name, extra) => {
    const pool = { idle: 0, max: 0, idleAfterMs: 0 };
    const sandbox = await openProcessSandbox({ ...PROCESS_SANDBOX_DEFAULTS, pool, ...extra() });
    open.push(sandbox);
    const result = await sandbox.execute(job, async (request) => answer(request), never);
    expect(result).toEqual({ kind: "done", outcome: inProcess() });
    expect(result).toMatchObject({ outcome: { status: "ok" } });
    expect(sandbox.reason).toMatch(/^a child process, not a container/);
  },
);
