import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keptLog } from "../telemetry/kept.testing.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { LiveSandbox } from "./live-sandbox.ts";
import { SAMPLE_JOB } from "./sample-job.testing.ts";
import type { RunJob, RunResult, Sandbox, SandboxAdapter, SandboxLevel } from "./sandbox.ts";

const OPTIONS = { againMs: 5_000, longestAgainMs: 20_000 };
const LEVELS = { zygote: "container", bubblewrap: "container", process: "process" } as const;
const ORDER = ["zygote", "bubblewrap", "process"] as const;
const DONE = { kind: "done", outcome: { status: "ok", leaves: [] } } as unknown as RunResult;
const NO_START: RunResult = { kind: "stopped", failure: { code: "NO_START", detail: "EAGAIN" } };

class FakeSandbox implements Sandbox {
  readonly reason = "a fake";
  readonly level: SandboxLevel;
  readonly adapter: SandboxAdapter;
  isClosed = false;
  next: RunResult | Promise<RunResult> = DONE;
  fail: (why: string) => void = () => undefined;
  readonly failed = new Promise<string>((resolve) => {
    this.fail = resolve;
  });

  constructor(adapter: SandboxAdapter) {
    this.adapter = adapter;
    this.level = LEVELS[adapter];
  }
  async execute(): Promise<RunResult> {
    return this.next;
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Adapters that pass their self-test now. */
let working: Set<SandboxAdapter>;
/** What was opened, in order. */
let opened: FakeSandbox[];
let changes: number;
const never = new AbortController().signal;
const broker = () => Promise.reject(new TypeError("asked for nothing"));
let log: ReturnType<typeof keptLog>;
const metrics = createMetrics({ labels: {}, ofProcess: false });

function live(): LiveSandbox {
  const choose = async (isTried: (adapter: SandboxAdapter) => boolean) => {
    const tried = ORDER.filter(isTried);
    const found = tried.find((adapter) => working.has(adapter)) ?? null;
    const notTaken = tried
      .slice(0, found === null ? tried.length : tried.indexOf(found))
      .map((adapter) => ({ adapter, why: "its self-test failed", remedy: null }));
    if (found !== null) opened.push(new FakeSandbox(found));
    return { sandbox: found === null ? null : opened.at(-1)!, notTaken };
  };
  const onChange = (): void => {
    changes += 1;
  };
  opened.push(new FakeSandbox("zygote"));
  return new LiveSandbox(OPTIONS, { choose, logger: log.logger, metrics, onChange }, opened[0]!);
}

const placeIn = async (sandbox: LiveSandbox, job: RunJob = SAMPLE_JOB) => {
  const result = await sandbox.execute(job, broker, never);
  return result.kind === "done" ? result.place : result.failure;
};
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  working = new Set(ORDER);
  opened = [];
  changes = 0;
  log = keptLog();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the next that works takes over when the first fails, and each run tells where it was", async () => {
  const sandbox = live();
  expect(await placeIn(sandbox)).toEqual({ adapter: "zygote", level: "container" });
  opened[0]!.fail("no namespaces");
  await settle();
  expect(await placeIn(sandbox)).toEqual({ adapter: "bubblewrap", level: "container" });
  expect(opened[0]!.isClosed).toBe(true);
  expect(sandbox.state).toEqual({
    now: { adapter: "bubblewrap", level: "container", reason: "a fake" },
    fallenFrom: { adapter: "zygote", why: "no namespaces" },
  });
  expect(log.lines.find(({ level }) => level === "warn")).toMatchObject({
    message: "Sandbox failed: looking for another",
    fields: { adapter: "zygote", why: "no namespaces" },
  });
  expect(await metrics.text()).toMatch(/deed_sandbox_falls_total\{adapter="zygote"\} 1/);
  await sandbox.close();
});

test("the first comes back by itself, tried at longer and longer intervals", async () => {
  working = new Set(["bubblewrap", "process"]);
  const sandbox = live();
  opened[0]!.fail("no memory");
  await settle();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sandbox.state.fallenFrom?.why).toBe("its self-test failed");
  working.add("zygote");
  await vi.advanceTimersByTimeAsync(9_999);
  expect(sandbox.state.now?.adapter).toBe("bubblewrap");
  await vi.advanceTimersByTimeAsync(1);
  expect(sandbox.state).toMatchObject({ now: { adapter: "zygote" }, fallenFrom: null });
  expect(opened.map(({ adapter, isClosed }) => [adapter, isClosed])).toEqual([
    ["zygote", true],
    ["bubblewrap", true],
    ["zygote", false],
  ]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(opened).toHaveLength(3);
  await sandbox.close();
  expect(opened[2]!.isClosed).toBe(true);
});

test("where no other is allowed or works nothing runs, until one does", async () => {
  working = new Set();
  const sandbox = live();
  expect(sandbox.containers).toBe("has");
  opened[0]!.fail("no namespaces");
  await settle();
  expect(sandbox.containers).toBeNull();
  expect(await placeIn(sandbox)).toEqual({ code: "NO_PLACE", detail: "no sandbox works" });
  expect(log.lines.at(-1)).toMatchObject({
    level: "error",
    message: "No sandbox works: no claims",
  });
  expect(await metrics.text()).toMatch(/deed_sandbox_level -1/);
  const before = changes;
  working.add("zygote");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sandbox.containers).toBe("has");
  expect(changes).toBe(before + 1);
  await sandbox.close();
});

test("what demands a container does not run without, and the record never says more than there was", async () => {
  working = new Set(["process"]);
  const sandbox = live();
  opened[0]!.fail("no namespaces");
  await settle();
  expect(sandbox.containers).toBe("lost");
  const plan = { ...SAMPLE_JOB.plan, sandbox: "container" } as const;
  expect(await placeIn(sandbox, { ...SAMPLE_JOB, plan })).toEqual({
    ...{ code: "NO_PLACE", detail: "only process by process works now" },
  });
  const free = { ...SAMPLE_JOB, plan: { ...SAMPLE_JOB.plan, sandbox: "process" } as const };
  expect(await placeIn(sandbox, free)).toEqual({ adapter: "process", level: "process" });
  await sandbox.close();
});

test("runs that do not start, twice in a row, are a failure; the run goes on in the next", async () => {
  const sandbox = live();
  opened[0]!.next = NO_START;
  expect(await placeIn(sandbox)).toEqual({ code: "NO_START", detail: "EAGAIN" });
  opened[0]!.next = DONE;
  expect(await placeIn(sandbox)).toMatchObject({ adapter: "zygote" });
  opened[0]!.next = NO_START;
  expect(await placeIn(sandbox)).toEqual({ code: "NO_START", detail: "EAGAIN" });
  expect(await placeIn(sandbox)).toMatchObject({ adapter: "bubblewrap" });
  await sandbox.close();
});

test("a sandbox that was replaced is closed when its last run has ended", async () => {
  const sandbox = live();
  let end: (result: RunResult) => void = () => undefined;
  opened[0]!.next = new Promise((resolve) => {
    end = resolve;
  });
  const place = placeIn(sandbox);
  await settle();
  opened[0]!.fail("no memory");
  await settle();
  expect(sandbox.state.now?.adapter).toBe("bubblewrap");
  expect(opened[0]!.isClosed).toBe(false);
  end(DONE);
  expect(await place).toEqual({ adapter: "zygote", level: "container" });
  await settle();
  expect(opened[0]!.isClosed).toBe(true);
  await sandbox.close();
});
