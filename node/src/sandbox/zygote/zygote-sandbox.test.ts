import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { planOf } from "../../broker/broker.testing.ts";
import { TEST_LIMITS } from "../sandbox.testing.ts";
import type { EffectHandler, RunJob, RunResult } from "../sandbox.ts";
import { executeOn } from "./execute-on.ts";
import { type ForkServer, startForkServer } from "./fork-server.ts";
import {
  descendants,
  isAlive,
  serverOptions,
  type ZygoteTools,
  zygoteTools,
} from "./zygote.testing.ts";

const never = new AbortController().signal;
const limits = { memoryMb: 64, cpuSec: 10 };
const isRoot = process.getuid?.() === 0;

/** Of the generic table (arm64) and of x86-64. */
const NUMBERS = process.arch === "arm64" ? ARM64() : X64();

let tools: ZygoteTools;
let server: ForkServer;

beforeAll(async () => {
  tools = await zygoteTools();
});
beforeEach(async (context) => {
  if (tools.kind === "missing") return context.skip(tools.reason);
  const { addonPath, hostilePath: bundlePath } = tools;
  server = await startForkServer(serverOptions({ addonPath, bundlePath }));
});
afterEach(async () => {
  if (tools.kind === "missing") return;
  const { pid } = server;
  const all = [pid!, ...descendants(pid!)];
  await server.close();
  await vi.waitFor(() => expect(all.filter(isAlive)).toEqual([]), { timeout: 5_000 });
});
afterAll(async () => {
  if (tools.kind === "ready") await rm(dirname(tools.hostilePath), { recursive: true });
});

function jobNamed(name: string, fields: Partial<RunJob["limits"]> = {}, summary = ""): RunJob {
  return {
    plan: { ...planOf(), name, summary },
    occurrence: {} as RunJob["occurrence"],
    start: {} as RunJob["start"],
    limits: { ...TEST_LIMITS, ...fields },
  };
}

const noEffects: EffectHandler = () => Promise.reject(new TypeError("no effects here"));
const anyAnswer: EffectHandler = async () => ({}) as Awaited<ReturnType<EffectHandler>>;

function act(name: string, fields: Partial<RunJob["limits"]> = {}): Promise<RunResult> {
  return executeOn(server, limits, jobNamed(name, fields), noEffects, never);
}

async function facts(name: string): Promise<Record<string, unknown>> {
  const result = await act(name);
  if (result.kind !== "stopped" || result.failure.code !== "RUNTIME")
    throw new TypeError(JSON.stringify(result));
  return JSON.parse(result.failure.detail) as Record<string, unknown>;
}

/** How far a process stands back, 0 to 19. */
function niceOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
}

/** A run that waits for an answer, and its process as the host sees it. */
async function waiting(): Promise<{ readonly pid: number; end(): void }> {
  const before = new Set(descendants(server.pid!));
  const abort = new AbortController();
  const reached = new Promise<void>((resolve) => {
    void executeOn(
      server,
      limits,
      jobNamed("wait"),
      (_request, signal) => {
        resolve();
        return new Promise((_answer, reject) => signal.addEventListener("abort", reject));
      },
      abort.signal,
    );
  });
  await reached;
  const [pid] = descendants(server.pid!).filter((each) => !before.has(each));
  return { pid: pid!, end: () => abort.abort() };
}

describe("a run", () => {
  test("is one thread without rights, under a filter, in namespaces of its own", async () => {
    const run = await waiting();
    const status = readFileSync(`/proc/${run.pid}/status`, "utf8");
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1];
    expect(field("Threads")).toBe("1");
    expect(field("Seccomp")).toBe("2");
    expect(field("NoNewPrivs")).toBe("1");
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
      expect(field(set)).toBe("0000000000000000");
    expect(field("NSpid")?.split("\t").at(-1)).toBe("1");
    run.end();
  });

  test.skipIf(!isRoot)(
    "shares no namespace with the host or with its server but time",
    async () => {
      const run = await waiting();
      const others = [process.pid, ...descendants(server.pid!).filter((pid) => pid !== run.pid)];
      for (const name of ["user", "pid", "mnt", "ipc", "uts", "net", "cgroup"]) {
        const own = readlinkSync(`/proc/${run.pid}/ns/${name}`);
        for (const other of others) expect(readlinkSync(`/proc/${other}/ns/${name}`)).not.toBe(own);
      }
      expect(readFileSync(`/proc/${run.pid}/uid_map`, "utf8").trim().split(/\s+/)).toEqual([
        "65534",
        isRoot ? "60001" : String(process.getuid?.()),
        "1",
      ]);
      run.end();
    },
  );

  test.skipIf(!isRoot)(
    "sees one empty read-only mount, no environment, one descriptor that leads anywhere",
    async () => {
      const first = await waiting();
      const second = await waiting();
      for (const { pid } of [first, second]) {
        const mounts = readFileSync(`/proc/${pid}/mounts`, "utf8").trim().split("\n");
        expect(mounts).toHaveLength(1);
        expect(mounts[0]).toMatch(/^none \/ tmpfs ro,nosuid,nodev,noexec/);
        expect(readdirSync(`/proc/${pid}/root/`)).toEqual([]);
        expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
        const targets = readdirSync(`/proc/${pid}/fd`).map((fd) =>
          readlinkSync(`/proc/${pid}/fd/${fd}`),
        );
        expect(targets.filter((target) => target !== "/dev/null")).toEqual([
          expect.stringMatching(/^socket:/),
        ]);
      }
      first.end();
      second.end();
    },
  );

  test("sees nothing of the one before, whatever that did to its own world", async () => {
    const job = jobNamed("poison", {}, "left behind");
    await executeOn(server, limits, job, noEffects, never);
    expect(await facts("look")).toEqual({
      poison: null,
      polluted: false,
      parsed: 1,
      env: [],
      evaluate: "EvalError",
      wasm: false,
    });
  });

  test.each(Object.entries(NUMBERS))(
    "that asks the kernel for %s is killed for it",
    async (_name, call) => {
      expect(await act(`syscall:${call.join(":")}`)).toEqual({
        kind: "stopped",
        failure: { code: "DIED", exitCode: null, signal: "SIGSYS" },
      });
    },
  );

  test("may map private memory", async () => {
    const MAP_PRIVATE_ANONYMOUS = 0x22;
    const number = process.arch === "arm64" ? 222 : 9;
    const { result } = await facts(`syscall:${number}:0:4096:3:${MAP_PRIVATE_ANONYMOUS}:-1:0`);
    expect(result).toBeGreaterThan(0);
  });

  test.each(["heap", "buffers"])("that fills memory (%s) dies alone", async (name) => {
    const [result, other] = await Promise.all([act(name), facts("look")]);
    expect(result).toMatchObject({ kind: "stopped", failure: { code: "DIED" } });
    expect(other["poison"]).toBe(null);
  });

  test.each([
    ["no rights", 0],
    ["the right to read", 1],
  ])("that hides its memory behind %s gets no more of it", async (_name, protection) => {
    const { error, megabytes } = await facts(`hide:${protection}`);
    expect(error).toBe(constants.errno.ENOMEM);
    expect(megabytes).toBeLessThan(2 * limits.memoryMb + 64);
  });

  test("that only reads endless memory gets none, which would be tables of the kernel's", async () => {
    expect(await facts("tables")).toEqual({ result: -constants.errno.ENOMEM });
  });

  test("may hold most of what its heap is allowed", async () => {
    const most = limits.memoryMb - 16;
    expect(await facts(`hold:${most}`)).toEqual({ held: most });
  });

  test("that loops for ever is killed at the wall clock, which is no outcome", async () => {
    expect(await act("spin", { wallMs: 300 })).toEqual({
      kind: "stopped",
      failure: { code: "WALL_CLOCK", limitMs: 300 },
    });
  });

  test("that loops for ever is killed by the server, too, when the node is late", async () => {
    const run = server.start({ deadlineMs: 200, cpuSec: 5, memoryMb: 128, outputBytes: 1000 });
    run.send({ type: "job", plan: { name: "spin" } });
    expect(await run.ended).toMatchObject({
      reason: "deadline",
      signal: constants.signals.SIGKILL,
    });
  });

  test("that uses up its CPU time is killed", async () => {
    const run = server.start({ deadlineMs: 9_000, cpuSec: 1, memoryMb: 128, outputBytes: 1000 });
    run.send({ type: "job", plan: { name: "spin" } });
    expect(await run.ended).toMatchObject({ reason: "itself", signal: expect.any(Number) });
  });

  test("that computes on and on stands back; one that waits keeps its place", async () => {
    const before = new Set(descendants(server.pid!));
    const spinning = server.start({ deadlineMs: 9_000, cpuSec: 9, memoryMb: 128, outputBytes: 10 });
    spinning.send({ type: "job", plan: { name: "spin" } });
    await vi.waitFor(() => expect(descendants(server.pid!).length).toBe(before.size + 1));
    const spinner = descendants(server.pid!).find((pid) => !before.has(pid))!;
    const other = await waiting();
    await vi.waitFor(() => expect(niceOf(spinner)).toBe(19), { timeout: 8_000 });
    expect(niceOf(other.pid)).toBe(0);
    other.end();
    spinning.kill();
  });

  test("that talks without end is stopped", async () => {
    expect(await act("flood")).toMatchObject({ failure: { code: "PROTOCOL" } });
    const run = server.start({ deadlineMs: 9_000, cpuSec: 9, memoryMb: 128, outputBytes: 100_000 });
    run.send({ type: "job", plan: { name: "flood" } });
    expect(await run.ended).toMatchObject({ reason: "output" });
  });

  test("that asks and does not wait for the answer is heard no longer", async () => {
    const run = server.start({ deadlineMs: 9_000, cpuSec: 9, memoryMb: 128, outputBytes: 1 << 20 });
    run.send({ type: "job", plan: { name: "silent-reader" } });
    expect(await run.ended).toMatchObject({ reason: "output" });
    expect(await run.next()).toMatchObject({ kind: "message" });
    expect(await run.next()).toEqual({ kind: "garbage", detail: "out of turn" });
  });

  test("that never reads is killed when too much waits for it", async () => {
    const run = server.start({ deadlineMs: 9_000, cpuSec: 9, memoryMb: 128, outputBytes: 1000 });
    run.send({ type: "job", plan: { name: "deaf" } });
    expect(await run.next()).toMatchObject({ kind: "message" });
    for (let i = 0; i < 6; i += 1) run.send({ filler: "x".repeat(1 << 20) });
    expect(await run.ended).toMatchObject({ reason: "unread" });
  });

  test("may be given a job of megabytes", async () => {
    const result = await executeOn(
      server,
      limits,
      jobNamed("look", {}, "x".repeat(3 << 20)),
      anyAnswer,
      never,
    );
    expect(result).toMatchObject({ failure: { code: "RUNTIME" } });
  });

  test("that ends is told with its code; an abort ends one that runs", async () => {
    expect(await act("exit")).toMatchObject({ failure: { code: "DIED", exitCode: 3 } });
    const abort = new AbortController();
    const spinning = executeOn(server, limits, jobNamed("spin"), noEffects, abort.signal);
    expect((await facts("look"))["env"]).toEqual([]);
    abort.abort();
    expect(await spinning).toEqual({ kind: "stopped", failure: { code: "ABORTED" } });
    await server.drained();
    expect(server.runs).toBe(0);
  });
});

test("a server for scripts allows executable memory, and nothing else more", async () => {
  if (tools.kind === "missing") throw new TypeError(tools.reason);
  const { addonPath, hostilePath: bundlePath } = tools;
  const plain = server;
  server = await startForkServer(serverOptions({ addonPath, bundlePath, jitless: false }));
  await plain.close();
  expect((await facts("look"))["wasm"]).toBe(true);
  const mmap = process.arch === "arm64" ? 222 : 9;
  expect((await facts(`syscall:${mmap}:0:4096:7:34:-1:0`))["result"]).toBeGreaterThan(0);
  const others = Object.entries(NUMBERS).filter(([name]) => !name.startsWith("executable"));
  for (const [name, call] of others) {
    const result = await act(`syscall:${call.join(":")}`);
    expect([name, result]).toMatchObject([name, { failure: { code: "DIED", signal: "SIGSYS" } }]);
  }
});

function X64(): Readonly<Record<string, readonly number[]>> {
  return {
    "a socket": [41, 2, 1, 0],
    "a file": [257, -100, 0, 0],
    "a process": [57],
    "a program": [59, 0, 0, 0],
    "a user namespace": [272, 0x10000000],
    "a mount": [165, 0, 0, 0, 0, 0],
    "another's memory": [101, 16, 1, 0, 0],
    "a signal to another": [62, 1, 9],
    "shared memory": [9, 0, 4096, 3, 0x21, -1, 0],
    "a file's memory": [9, 0, 4096, 1, 0x02, 3, 0],
    "executable memory": [9, 0, 4096, 7, 0x22, -1, 0],
    "executable rights": [10, 0, 4096, 5],
    "huge pages": [9, 0, 1 << 21, 3, 0x40022, -1, 0],
    "random bytes": [318, 0, 0, 0],
    "a ring of requests": [425, 1, 0],
    "a timer to wait on": [202, 0, 0, 0, 0],
    "a call of another table": [0x40000000 + 39],
    "a larger limit": [160, 7, 0],
  };
}

function ARM64(): Readonly<Record<string, readonly number[]>> {
  return {
    "a socket": [198, 2, 1, 0],
    "a file": [56, -100, 0, 0],
    "a process": [220, 17, 0, 0, 0, 0],
    "a program": [221, 0, 0, 0],
    "a user namespace": [97, 0x10000000],
    "a mount": [40, 0, 0, 0, 0, 0],
    "another's memory": [117, 16, 1, 0, 0],
    "a signal to another": [129, 1, 9],
    "shared memory": [222, 0, 4096, 3, 0x21, -1, 0],
    "a file's memory": [222, 0, 4096, 1, 0x02, 3, 0],
    "executable memory": [222, 0, 4096, 7, 0x22, -1, 0],
    "executable rights": [226, 0, 4096, 5],
    "random bytes": [278, 0, 0, 0],
    "a ring of requests": [425, 1, 0],
    "a larger limit": [164, 7, 0],
  };
}
