import { parseBundle } from "@deed/protocol/bundle";
import { decodeRecord, hexToBytes } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import { transcriptOf } from "@deed/protocol/transcript";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hash } from "../../store/store.testing.ts";
import { aPlan } from "../intent.testing.ts";
import { httpStep } from "./attempt.testing.ts";
import { type Echo, startEcho } from "./echo.testing.ts";
import { holdBatch, type TestExecutor, testExecutor, until } from "./executor.testing.ts";

let echo: Echo;
let test1: TestExecutor;

beforeEach(async () => {
  echo = await startEcho();
});
afterEach(async () => {
  echo.close();
  await test1.close();
});

function plan(...paths: readonly (readonly [string, "once" | "idempotent"])[]): Plan {
  return aPlan(
    paths.map(([path, delivery]) => httpStep(path, `${echo.origin}/${path}`, { delivery })),
  );
}

function begin(options: Partial<Parameters<typeof testExecutor>[0]> = {}): void {
  test1 = testExecutor({ origin: echo.origin, ...options });
}

function row() {
  return test1.node.store.read.executions.get({ executionId: hash(1) })!;
}

function isDone(): boolean {
  return row()?.state === "done";
}

function leaves() {
  const bundle = test1.node.store.read.bundles.get({
    executionId: hash(1),
    attempt: row().attempt,
  });
  const parsed = parseBundle(Buffer.from(bundle!.body).toString());
  if (parsed.kind !== "bundle") throw new Error(parsed.detail);
  return parsed.bundle.leaves;
}

function paths(): readonly string[] {
  return echo.seen.map((request) => request.path);
}

test("a held execution is run, and its record commits to its bundle", async () => {
  begin();
  await holdBatch(test1.node, plan(["a", "idempotent"], ["b", "once"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, isDone);
  expect(paths()).toEqual(["/a", "/b"]);
  const record = decodeRecord(hexToBytes(row().record!));
  const { root } = transcriptOf({ executionId: hash(1), attempt: 1 }, leaves());
  const stored = test1.node.store.read.bundles.get({ executionId: hash(1), attempt: 1 });
  expect(record).toMatchObject({
    status: "ok",
    sandbox: "process",
    attempt: 1,
    transcriptRoot: root,
    bundleSha256: stored?.sha256,
    leafCount: 4,
  });
  expect(leaves().map((leaf) => leaf.kind)).toEqual(["TRIGGER", "HTTP", "HTTP", "END"]);
  expect(test1.node.store.read.runs.get({ executionId: hash(1), attempt: 1 })?.state).toBe("done");
});

test("what another process claimed is run, but its at-most-once steps are left open", async () => {
  begin();
  await holdBatch(test1.node, plan(["a", "idempotent"], ["b", "once"]));
  test1.start();
  await until(test1.node, isDone);
  expect(paths()).toEqual(["/a"]);
  expect(decodeRecord(hexToBytes(row().record!)).status).toBe("indeterminate");
});

test("a revocation between two steps stops the second", async () => {
  begin();
  await holdBatch(test1.node, plan(["a", "idempotent"], ["b", "idempotent"]), {
    isSubmitter: true,
  });
  const { store } = test1.node;
  const revoking = echo
    .asked("/a")
    .then(() =>
      store.write((tables) => tables.intents.update({ intentNo: 1 }, { state: "revoked" })),
    );
  test1.start();
  await Promise.all([revoking, until(test1.node, isDone)]);
  const codes = leaves().map((leaf) => [leaf.kind, leaf.status]);
  expect(codes.at(-1)?.[0]).toBe("END");
  expect(decodeRecord(hexToBytes(row().record!)).status).toBe("stopped");
  expect(paths()).toEqual(["/a"]);
});

test("near the end of the lease no effect begins", async () => {
  begin();
  await holdBatch(test1.node, plan(["a", "idempotent"], ["b", "idempotent"]), {
    isSubmitter: true,
  });
  echo.asked("/a").then(
    () => test1.node.clock.set(1_034_000),
    () => undefined,
  );
  test1.start();
  await until(test1.node, isDone);
  expect(paths()).toEqual(["/a"]);
  const refused = leaves().find((leaf) => leaf.status === 3);
  expect(refused?.output).toMatchObject({ error: { code: "LEASE_OVER" } });
});

test("a lease that is nearly over is not begun", async () => {
  begin({ nowMs: 1_034_000 });
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  test1.start();
  await test1.node.store.write((tables) => tables.meta.put({ key: "a", value: "" }));
  expect(row().state).toBe("claimed");
  expect(paths()).toEqual([]);
});

test("an attempt without an outcome is abandoned and says why", async () => {
  begin();
  test1.sandbox.execute = () =>
    Promise.resolve({ kind: "stopped", failure: { code: "WALL_CLOCK", limitMs: 1 } });
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, () => row().reason !== null);
  expect(row()).toMatchObject({ state: "claimed", reason: "WALL_CLOCK", record: null });
});

test.each([
  ["is nested too deeply to be hashed", (leaf: object) => ({ ...leaf, output: nested(10_000) })],
  ["has half a character", (leaf: object) => ({ ...leaf, output: "\ud800" })],
])("an outcome that %s ends the attempt, once", async (_what, changed) => {
  begin();
  const { execute } = test1.sandbox;
  let starts = 0;
  test1.sandbox.execute = async (job, broker, signal) => {
    starts += 1;
    const result = await execute.call(test1.sandbox, job, broker, signal);
    if (result.kind !== "done") return result;
    const leaves = result.outcome.leaves.map(changed) as never;
    return { ...result, outcome: { ...result.outcome, leaves } };
  };
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, () => row().reason !== null);
  expect(row()).toMatchObject({ state: "claimed", reason: "PROTOCOL", record: null });
  expect(starts).toBe(1);
});

function nested(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

test("a sandbox that died is started again and goes on from the journal", async () => {
  begin();
  const { execute } = test1.sandbox;
  let starts = 0;
  test1.sandbox.execute = async (job, broker, signal) => {
    starts += 1;
    const result = await execute.call(test1.sandbox, job, broker, signal);
    const failure = { code: "DIED", exitCode: null, signal: "SIGKILL" } as const;
    return starts === 1 ? { kind: "stopped", failure } : result;
  };
  await holdBatch(test1.node, plan(["a", "idempotent"], ["b", "once"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, isDone);
  expect(starts).toBe(2);
  expect(paths()).toEqual(["/a", "/b"]);
  expect(decodeRecord(hexToBytes(row().record!)).status).toBe("ok");
});

test("an endpoint that is away for a while is waited for: the attempt goes on when it is back", async () => {
  begin();
  const { execute } = test1.sandbox;
  let starts = 0;
  test1.sandbox.execute = async (job, broker, signal) => {
    starts += 1;
    if (starts > 3) return execute.call(test1.sandbox, job, broker, signal);
    return { kind: "stopped", failure: { code: "BROKER", detail: "RPC_UNREACHABLE" } };
  };
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, isDone);
  expect(decodeRecord(hexToBytes(row().record!)).status).toBe("ok");
});

test("an endpoint that is away until the lease nearly ends leaves nothing to record", async () => {
  begin();
  test1.sandbox.execute = () => {
    test1.node.clock.set(1_034_000);
    return Promise.resolve({ kind: "stopped", failure: { code: "BROKER", detail: "away" } });
  };
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  test1.start();
  await until(test1.node, () => row().reason !== null);
  expect(row()).toMatchObject({ state: "claimed", reason: "BROKER", record: null });
});

test("no more attempts run at once than the options allow", async () => {
  begin({ runs: 2 });
  let running = 0;
  let most = 0;
  const { execute } = test1.sandbox;
  test1.sandbox.execute = async (job, broker, signal) => {
    running += 1;
    most = Math.max(most, running);
    const result = await execute.call(test1.sandbox, job, broker, signal);
    running -= 1;
    return result;
  };
  await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
  const first = row();
  await test1.node.store.write((tables) => {
    for (let no = 2; no <= 8; no += 1) {
      tables.executions.put({ ...first, executionId: hash(no), batchIndex: no - 1 });
    }
  });
  test1.start();
  const { executions } = test1.node.store.read;
  await until(test1.node, () => executions.countInState("done") === 8);
  expect(most).toBe(2);
});

describe("a node that lies", () => {
  test("states the other branch in a bundle that is well formed", async () => {
    begin({ tamper: "branch" });
    const lying = aPlan([httpStep("a", `${echo.origin}/a`, { if: "1 == 2" })]);
    await holdBatch(test1.node, lying, { isSubmitter: true });
    test1.start();
    await until(test1.node, isDone);
    const condition = leaves().find((leaf) => leaf.kind === "CONDITION");
    expect(condition?.output).toEqual({ value: true });
    const { root } = transcriptOf({ executionId: hash(1), attempt: 1 }, leaves());
    expect(decodeRecord(hexToBytes(row().record!)).transcriptRoot).toBe(root);
  });

  test("sends what another process claimed, as a build would that resumes at-most-once requests", async () => {
    begin({ tamper: "resume" });
    await holdBatch(test1.node, plan(["b", "once"]));
    test1.start();
    await until(test1.node, isDone);
    expect(paths()).toEqual(["/b"]);
  });

  test("goes on when its lease is nearly over, as a build would that looks at no lease", async () => {
    begin({ tamper: "lease" });
    await holdBatch(test1.node, plan(["a", "idempotent"]), { isSubmitter: true });
    test1.node.clock.set(1_039_000);
    test1.start();
    await until(test1.node, isDone);
    expect(paths()).toEqual(["/a"]);
  });
});
