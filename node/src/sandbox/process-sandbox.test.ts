import { type ChildProcess, spawn } from "node:child_process";
import { once as event } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { planOf } from "../broker/broker.testing.ts";
import { selfEntry } from "../self-entry.ts";
import { SandboxChild } from "./child-process.ts";
import { commandLine, detectLockdown, type Lockdown, nodeFlags } from "./launcher.ts";
import { openProcessSandbox, PROCESS_SANDBOX_DEFAULTS, ProcessSandbox } from "./process-sandbox.ts";
import { bundle, TEST_LIMITS } from "./sandbox.testing.ts";
import type { EffectHandler, RunJob, RunResult } from "./sandbox.ts";

const never = new AbortController().signal;
const options = { ...PROCESS_SANDBOX_DEFAULTS, outputBytes: 4 << 20, frameBytes: 1 << 20 };
const noEffects: EffectHandler = () => Promise.reject(new TypeError("no effects here"));

function jobNamed(name: string, limits: Partial<RunJob["limits"]> = {}): RunJob {
  return {
    plan: { ...planOf(), name },
    occurrence: {} as RunJob["occurrence"],
    start: {} as RunJob["start"],
    limits: { ...TEST_LIMITS, ...limits },
  };
}

/** Ids of processes that still run `path`. */
async function running(path: string): Promise<string[]> {
  const list = spawn("ps", ["-eo", "pid,stat,args"], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  for await (const chunk of list.stdout) text += String(chunk);
  return text.split("\n").filter((line) => line.includes(path) && !/^\s*\d+\s+Z/.test(line));
}

describe("a hostile child", () => {
  let path: string;
  let sandbox: ProcessSandbox;
  let lockdown: Lockdown;

  beforeAll(async () => {
    path = await bundle(new URL("./hostile.testing.ts", import.meta.url));
    sandbox = await openProcessSandbox({ ...options, bundlePath: path });
    ({ lockdown } = sandbox);
  });
  afterAll(async () => {
    await sandbox.close();
    expect(await running(path)).toEqual([]);
    await rm(dirname(path), { recursive: true });
  });

  const act = (name: string, limits: Partial<RunJob["limits"]> = {}): Promise<RunResult> =>
    sandbox.execute(jobNamed(name, limits), noEffects, never);
  const facts = async (name: string): Promise<Record<string, unknown>> => {
    const result = await act(name);
    if (result.kind !== "stopped" || result.failure.code !== "RUNTIME")
      throw new TypeError(JSON.stringify(result));
    return JSON.parse(result.failure.detail) as Record<string, unknown>;
  };

  test("sees no environment, no files, and cannot make code of text", async () => {
    const seen = await facts("look");
    expect(seen["env"]).toEqual([]);
    expect(seen["evaluate"]).toMatch(/EvalError/);
    if (lockdown.permissionFlag !== null) expect(seen["passwd"]).toBe("ERR_ACCESS_DENIED");
  });

  test("cannot open a connection where it has an empty network namespace", async (context) => {
    if (lockdown.unshare === null) context.skip("no empty network namespace on this system");
    const server = createServer().listen(9, "127.0.0.1");
    server.on("error", () => undefined);
    expect((await facts("connect"))["connect"]).toMatch(/ENETUNREACH|EACCES|EPERM/);
    server.close();
  });

  test("that loops for ever is killed at the wall clock, which is no outcome", async () => {
    expect(await act("spin", { wallMs: 300 })).toEqual({
      kind: "stopped",
      failure: { code: "WALL_CLOCK", limitMs: 300 },
    });
  });

  test.each(["heap", "buffers"])("that fills memory (%s) dies alone", async (name) => {
    const result = await act(name);
    expect(result).toMatchObject({ kind: "stopped", failure: { code: "DIED" } });
  });

  test.each([
    ["garbage", "PROTOCOL"],
    ["shape", "PROTOCOL"],
    ["huge", "OUTPUT_CAP"],
    ["flood", "PROTOCOL"],
    ["effects", "BROKER"],
    ["exit", "DIED"],
  ])("that sends %s is stopped: %s", async (name, code) => {
    expect(await act(name)).toMatchObject({ kind: "stopped", failure: { code } });
  });

  test("that asks without end is stopped", async () => {
    const result = await sandbox.execute(
      jobNamed("effects", { effects: 5 }),
      async () => ({}) as Awaited<ReturnType<EffectHandler>>,
      never,
    );
    expect(result).toEqual({ kind: "stopped", failure: { code: "EFFECT_CAP", limit: 5 } });
  });

  test("that says more than its job allows is stopped", async () => {
    const result = await sandbox.execute(
      jobNamed("chatter", { outputBytes: 50_000 }),
      async () => ({}) as Awaited<ReturnType<EffectHandler>>,
      never,
    );
    expect(result).toEqual({
      kind: "stopped",
      failure: { code: "OUTPUT_CAP", limitBytes: 50_000 },
    });
  });

  test("does not keep another from its work, and an abort ends it", async () => {
    const abort = new AbortController();
    const spinning = sandbox.execute(jobNamed("spin"), noEffects, abort.signal);
    expect((await facts("look"))["env"]).toEqual([]);
    abort.abort();
    expect(await spinning).toEqual({ kind: "stopped", failure: { code: "ABORTED" } });
  });
});

describe("a child alone", () => {
  let path: string;
  const children: SandboxChild[] = [];
  let lockdown: Lockdown;

  beforeAll(async () => {
    path = await bundle(new URL("./hostile.testing.ts", import.meta.url));
    lockdown = await detectLockdown();
  });
  afterAll(async () => {
    for (const child of children) await child.kill();
    await rm(dirname(path), { recursive: true });
  });

  const nodeArgs = (): readonly string[] => [...nodeFlags(lockdown, options, [path]), path];

  test("has a network namespace of its own and three descriptors that lead nowhere", async (context) => {
    if (!existsSync("/proc/self/ns/net")) context.skip("no /proc here");
    const command = commandLine(lockdown, options, nodeArgs());
    const child = new SandboxChild(command, { frameBytes: 1024, totalBytes: 1024 });
    children.push(child);
    expect(await child.next()).toMatchObject({ kind: "message", message: { type: "ready" } });
    for (const fd of [0, 1, 2])
      expect(readlinkSync(`/proc/${child.pid}/fd/${fd}`)).toBe("/dev/null");
    if (lockdown.unshare !== null) {
      expect(readlinkSync(`/proc/${child.pid}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
    }
    await child.kill();
  });

  test.each(["spin", "look"])("dies with its node by kill -9 (%s)", async (name) => {
    const parent = selfEntry(
      "./parent.testing",
      new URL("./parent.testing.ts", import.meta.url).href,
    );
    const node: ChildProcess = spawn(
      process.execPath,
      [...parent.execArgv, parent.path, path, name],
      { stdio: ["ignore", "pipe", "inherit"], cwd: fileURLToPath(new URL(".", import.meta.url)) },
    );
    const [line] = (await event(node.stdout!, "data")) as [Buffer];
    const pid = Number(String(line).trim());
    expect(pid).toBeGreaterThan(1);
    node.kill("SIGKILL");
    await vi.waitFor(async () => expect(await running(path)).toEqual([]), { timeout: 8_000 });
  });
});

test("a child that does not come up is no outcome of the run", async () => {
  const lockdown: Lockdown = { unshare: null, setpriv: null, prlimit: null, permissionFlag: null };
  const missing = { ...options, bundlePath: "/nowhere/child.js" };
  const sandbox = new ProcessSandbox(missing, lockdown);
  expect(await sandbox.execute(jobNamed("look"), noEffects, never)).toEqual({
    kind: "stopped",
    failure: { code: "NO_START", detail: expect.stringContaining("exit") },
  });
  await sandbox.close();
});
