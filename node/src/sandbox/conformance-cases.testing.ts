import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "@deed/protocol/runtime";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { selfEntry } from "../self-entry.ts";
import { ATTACK_NAMES } from "./hostile.testing.ts";
import { Leftovers } from "./leftovers.testing.ts";
import { SAMPLE_JOB, sampleAnswer } from "./sample-job.testing.ts";
import { hostileJob, never, noEffects } from "./sandbox.testing.ts";
import type { EffectHandler, RunLimits, RunResult, Sandbox } from "./sandbox.ts";

/** An adapter that is put through the suite. */
export interface Subject {
  readonly adapter: Sandbox["adapter"];
  readonly level: Sandbox["level"];
  /** Packs a child: the one that runs plans, or the one of `hostile.testing.ts`. */
  pack(child: "runtime" | "hostile"): Promise<string>;
  open(packed: string): Promise<Sandbox>;
  /** Attacks that this adapter does not claim to contain on this system, with the reason. */
  weaknesses(sandbox: Sandbox): { readonly [attack: string]: string };
  /** The child's bytes reach the node as they are, so that it could send frames that are none. */
  readonly speaksRaw: boolean;
}

/** What every adapter must do, however it makes its containers. */
export function describeSandbox(subject: Subject): void {
  describe(`${subject.adapter}: honest runs`, () => honestRuns(subject));
  describe(`${subject.adapter}: a hostile run`, () => hostileRuns(subject));
  describe(`${subject.adapter}: the end of the node`, () => endedNode(subject));
}

interface Opened {
  sandbox: Sandbox;
  readonly leftovers: Leftovers;
}

/** Opens it before the tests and looks afterwards that nothing is left. */
function openAround(subject: Subject, child: "runtime" | "hostile"): Opened {
  const opened = {} as { sandbox: Sandbox; leftovers: Leftovers };
  let packed: string;
  beforeAll(async () => {
    packed = await subject.pack(child);
    opened.leftovers = new Leftovers();
    opened.sandbox = await subject.open(packed);
  }, 60_000);
  afterAll(async () => {
    const { sandbox, leftovers } = opened;
    leftovers.note();
    await sandbox.close();
    await vi.waitFor(() => expect(leftovers.processes()).toEqual([]), { timeout: 8_000 });
    await vi.waitFor(() => expect(leftovers.places()).toEqual([]), { timeout: 8_000 });
    await vi.waitFor(() => expect(leftovers.descriptors()).toBeLessThanOrEqual(0));
    await rm(dirname(packed), { recursive: true });
  }, 60_000);
  return opened;
}

function honestRuns(subject: Subject): void {
  const opened = openAround(subject, "runtime");

  test("it says what it is", () => {
    const { adapter, level, reason } = opened.sandbox;
    expect({ adapter, level }).toEqual({ adapter: subject.adapter, level: subject.level });
    expect(reason).not.toBe("");
  });

  test("a run gives the transcript that the interpreter gives in-process", async () => {
    const result = await opened.sandbox.execute(
      SAMPLE_JOB,
      async (request) => sampleAnswer(request),
      never,
    );
    expect(result).toEqual({ kind: "done", outcome: inProcess() });
    expect(result).toMatchObject({ outcome: { status: "ok" } });
  });

  test("several at a time end each with its own outcome", async () => {
    const answer: EffectHandler = async (request) => sampleAnswer(request);
    const results = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (attempt) => {
        const start = { ...SAMPLE_JOB.start, attempt };
        return await opened.sandbox.execute({ ...SAMPLE_JOB, start }, answer, never);
      }),
    );
    for (const result of results) expect(result).toMatchObject({ kind: "done" });
    opened.leftovers.note();
  });

  test("a broker that fails ends the attempt, which is no outcome", async () => {
    const result = await opened.sandbox.execute(SAMPLE_JOB, noEffects, never);
    expect(result).toEqual({
      kind: "stopped",
      failure: { code: "BROKER", detail: "no effects here" },
    });
  });

  test("more effects than allowed, or a larger one, end the attempt", async () => {
    const answer: EffectHandler = async (request) => sampleAnswer(request);
    const within = (limits: Partial<RunLimits>): Promise<RunResult> => {
      const job = { ...SAMPLE_JOB, limits: { ...SAMPLE_JOB.limits, ...limits } };
      return opened.sandbox.execute(job, answer, never);
    };
    expect(await within({ effects: 1 })).toEqual({
      ...{ kind: "stopped", failure: { code: "EFFECT_CAP", limit: 1 } },
    });
    expect(await within({ effectBytes: 1_000 })).toEqual({
      ...{ kind: "stopped", failure: { code: "EFFECT_SIZE", limitBytes: 1_000 } },
    });
  });

  test("an abort before or during the run ends it", async () => {
    const aborted = { kind: "stopped", failure: { code: "ABORTED" } };
    const run = (signal: AbortSignal, answer: EffectHandler): Promise<RunResult> =>
      opened.sandbox.execute(SAMPLE_JOB, answer, signal);
    expect(await run(AbortSignal.abort(), noEffects)).toEqual(aborted);
    const abort = new AbortController();
    const hangs: EffectHandler = (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new TypeError("aborted")));
        abort.abort();
      });
    expect(await run(abort.signal, hangs)).toEqual(aborted);
  });
}

function inProcess(): unknown {
  const steps = run(SAMPLE_JOB.plan, SAMPLE_JOB.occurrence, SAMPLE_JOB.start);
  let next = steps.next();
  while (next.done !== true) next = steps.next(sampleAnswer(next.value));
  return JSON.parse(JSON.stringify(next.value));
}

function hostileRuns(subject: Subject): void {
  const opened = openAround(subject, "hostile");
  const act = async (name: string, limits: Partial<RunLimits> = {}): Promise<RunResult> => {
    const result = opened.sandbox.execute(hostileJob(name, limits), noEffects, never);
    opened.leftovers.note();
    return await result;
  };
  const gainOf = (result: RunResult): unknown => {
    if (result.kind !== "stopped") throw new TypeError("an outcome");
    if (result.failure.code === "DIED") return undefined;
    if (result.failure.code !== "RUNTIME") throw new TypeError(result.failure.code);
    const { got } = JSON.parse(result.failure.detail) as { readonly got?: unknown };
    return Array.isArray(got) && got.length === 0 ? undefined : got;
  };

  test.for(ATTACK_NAMES)(
    "gains nothing by %s, but for what its adapter leaves open",
    async (name) => {
      const result = await act(name);
      const weakness = subject.weaknesses(opened.sandbox)[name];
      // Said to be open and closed after all: then the adapter is better than it says.
      if (weakness !== undefined) expect(gainOf(result), weakness).toBeDefined();
      else expect(gainOf(result)).toBeUndefined();
    },
  );

  test("leaves nothing for the next", async () => {
    await act("leave");
    expect(gainOf(await act("find"))).toBeUndefined();
  });

  test.each(["spin", "regexp"])(
    "that goes on for ever (%s) is ended at the wall clock",
    async (name) => {
      expect(await act(name, { wallMs: 300 })).toEqual({
        ...{ kind: "stopped", failure: { code: "WALL_CLOCK", limitMs: 300 } },
      });
    },
  );

  test("that uses up its CPU time dies before the wall clock", async () => {
    const result = await act("spin", { cpuSec: 1 });
    expect(result).toMatchObject({ kind: "stopped", failure: { code: "DIED" } });
  });

  test.each(["heap", "buffers", "shared", "webassembly"])(
    "that fills memory (%s) dies alone",
    async (name) => {
      // Where memory cannot be had, WebAssembly throws instead, and the run ends by itself.
      const result = await act(name);
      expect(result).toMatchObject({ kind: "stopped", failure: { code: "DIED" } });
    },
  );

  test("has less memory when its job says so", async () => {
    expect(gainOf(await act("fill 120"))).toBe(120);
    expect(gainOf(await act("fill 120", { memoryMb: 16 }))).toBeUndefined();
  });

  test.each([
    ["shape", ["PROTOCOL"]],
    ["flood", ["PROTOCOL", "OUTPUT_CAP"]],
    ["effects", ["BROKER"]],
    ["exit", ["DIED"]],
    ...(subject.speaksRaw
      ? [["garbage", ["PROTOCOL"]] as const, ["huge", ["OUTPUT_CAP"]] as const]
      : []),
  ] as const)("that says %s is stopped: %s", async (name, codes) => {
    const result = await act(name);
    if (result.kind !== "stopped") throw new TypeError("an outcome");
    expect(codes).toContain(result.failure.code);
  });

  test("that says more than its job allows is stopped", async () => {
    const limits = { outputBytes: 50_000 };
    const answer: EffectHandler = async () => ({}) as Awaited<ReturnType<EffectHandler>>;
    expect(await opened.sandbox.execute(hostileJob("chatter", limits), answer, never)).toEqual({
      ...{ kind: "stopped", failure: { code: "OUTPUT_CAP", limitBytes: 50_000 } },
    });
    expect(
      await opened.sandbox.execute(hostileJob("effects", { effects: 5 }), answer, never),
    ).toEqual({ kind: "stopped", failure: { code: "EFFECT_CAP", limit: 5 } });
  });

  test("does not keep another from its work, and an abort ends it", async () => {
    const abort = new AbortController();
    const spinning = opened.sandbox.execute(hostileJob("spin"), noEffects, abort.signal);
    expect(gainOf(await act("fill 1"))).toBe(1);
    abort.abort();
    expect(await spinning).toEqual({ kind: "stopped", failure: { code: "ABORTED" } });
  });

  test("whose container is killed from outside has no outcome, and the next works", {
    timeout: 60_000,
  }, async () => {
    const job = hostileJob("spin", { wallMs: 60_000 });
    let isOver = false;
    const spinning = opened.sandbox.execute(job, noEffects, never).then((result) => {
      isOver = true;
      return result;
    });
    await vi.waitFor(
      () => {
        // Whatever waits in the pool goes, too.
        for (const pid of opened.leftovers.note()) tryKill(pid);
        expect(isOver).toBe(true);
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(await spinning).toMatchObject({ kind: "stopped" });
    await vi.waitFor(async () => expect(gainOf(await act("fill 1"))).toBe(1), { timeout: 10_000 });
  });
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone.
  }
}

function endedNode(subject: Subject): void {
  let packed: string;
  let folder: string;
  const place = (name: "data" | "tmp"): string => join(folder, name);
  beforeAll(async () => {
    packed = await subject.pack("hostile");
  }, 60_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deed-ended-"));
    for (const name of ["data", "tmp"] as const) mkdirSync(place(name));
  });
  afterEach(() => rm(folder, { recursive: true }));
  afterAll(() => rm(dirname(packed), { recursive: true }));

  const start = (name: string): ChildProcess =>
    startNode([subject.adapter, packed, name, place("data"), place("tmp")]);
  const nothingIsLeft = async (leftovers: Leftovers): Promise<void> => {
    await vi.waitFor(() => expect(leftovers.processes()).toEqual([]), { timeout: 8_000 });
    await vi.waitFor(() => expect(leftovers.places()).toEqual([]), { timeout: 8_000 });
    expect(readdirSync(place("tmp"))).toEqual([]);
  };

  test.each(["spin", "effects"])(
    "kill -9 leaves nothing of its runs (%s)",
    { timeout: 60_000 },
    async (name) => {
      const node = start(name);
      const leftovers = new Leftovers(node.pid);
      await once(node.stdout!, "data");
      expect(leftovers.note().length).toBeGreaterThan(0);
      node.kill("SIGKILL");
      await nothingIsLeft(leftovers);
    },
  );

  test("SIGTERM in the middle of runs ends them in order", { timeout: 60_000 }, async () => {
    const node = start("spin");
    const leftovers = new Leftovers(node.pid);
    await once(node.stdout!, "data");
    expect(leftovers.note().length).toBeGreaterThan(0);
    const ended = once(node, "exit");
    node.kill("SIGTERM");
    const aborted = { kind: "stopped", failure: { code: "ABORTED" } };
    const [said] = (await once(node.stdout!, "data")) as [Buffer];
    expect(JSON.parse(said.toString("utf8"))).toEqual([aborted, aborted]);
    expect(await ended).toEqual([0, null]);
    await nothingIsLeft(leftovers);
    expect(readdirSync(place("data"))).toEqual([]);
  });

  test("what a killed node and its helpers left is taken away by the next one, and nothing else", {
    timeout: 60_000,
  }, async () => {
    const node = start("spin");
    const leftovers = new Leftovers(node.pid);
    await once(node.stdout!, "data");
    writeFileSync(join(place("data"), "sandbox-groups-foreign.json"), "not a record");
    const held = leftovers.places();
    // The helpers first: they would tidy up after the node.
    for (const pid of leftovers.note()) if (isHelper(pid)) process.kill(pid, "SIGKILL");
    node.kill("SIGKILL");
    await vi.waitFor(() => expect(leftovers.processes()).toEqual([]), { timeout: 8_000 });
    // Control groups, where there are some: nobody else takes them away.
    expect(leftovers.places().length > 0).toBe(held.length > 0);
    const next = start("spin");
    await once(next.stdout!, "data");
    expect(leftovers.places()).toEqual([]);
    const ended = once(next, "exit");
    next.kill("SIGTERM");
    await ended;
    expect(readdirSync(place("data"))).toEqual(["sandbox-groups-foreign.json"]);
  });
}

/** What stands beside the node to tidy up after it. */
function isHelper(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0keeper\0");
  } catch {
    return false;
  }
}

function startNode(args: readonly string[]): ChildProcess {
  const parent = selfEntry(
    "./parent.testing",
    new URL("./parent.testing.ts", import.meta.url).href,
  );
  return spawn(process.execPath, [...parent.execArgv, parent.path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
}
