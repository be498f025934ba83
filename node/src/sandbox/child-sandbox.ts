import type { SandboxChild } from "./child-process.ts";
import { stopped } from "./drive-run.ts";
import { residentBytes } from "./limit-args.ts";
import { ChildPool, type PoolOptions } from "./pool.ts";
import { runWithin } from "./run-within.ts";
import type { EffectHandler, RunJob, RunLimits, RunResult } from "./sandbox.ts";
import { watchUse } from "./stand-back.ts";
import { watchMemory } from "./watch-memory.ts";

const START_TIMEOUT_MS = 20_000;

/** What every adapter that starts a process of its own for each run is opened with. */
export interface ChildSandboxOptions {
  readonly pool: PoolOptions;
  /** JavaScript's heap; as much again may lie beside it. */
  readonly memoryMb: number;
  readonly cpuSec: number;
  /** One frame of a child; a whole transcript must fit. */
  readonly frameBytes: number;
  /** All that one child may say. A job may set less. */
  readonly outputBytes: number;
  /** Code of the child as one file, with nothing to load. Left out, the build's own, or else the module beside this one. */
  readonly bundlePath?: string;
  /** Flags of Node after the sandbox's own: what attacks it as native code would needs one. */
  readonly moreFlags?: readonly string[];
}

export const CHILD_SANDBOX_DEFAULTS: ChildSandboxOptions = {
  memoryMb: 96,
  cpuSec: 60,
  frameBytes: 16 * 1024 * 1024,
  outputBytes: 32 * 1024 * 1024,
  pool: { idle: 1, max: 4, idleAfterMs: 10_000 },
};

/** How an adapter makes its children. */
export interface ChildMaker {
  /** Gives a child that has said that it is ready. */
  start(): Promise<SandboxChild>;
  /** Lowers a child's memory and CPU time for one job, before it gets it. */
  lower(child: SandboxChild, limits: RunLimits): Promise<void>;
}

/** One single-use child for each run, from a pool that keeps some ready. */
export class ChildRunner {
  readonly #memoryMb: number;
  readonly #maker: ChildMaker;
  readonly #pool: ChildPool;
  /** Runs that have not ended, and their children once they have one. */
  readonly #runs = new Map<Promise<RunResult>, SandboxChild | null>();
  #isClosed = false;

  /** @param first A child that is ready already. */
  constructor(
    { pool, memoryMb }: Pick<ChildSandboxOptions, "pool" | "memoryMb">,
    maker: ChildMaker,
    first: SandboxChild | null,
  ) {
    this.#memoryMb = memoryMb;
    this.#maker = maker;
    this.#pool = new ChildPool(pool, () => maker.start(), first);
  }

  async execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    if (signal.aborted || this.#isClosed) return stopped({ code: "ABORTED" });
    const run: Promise<RunResult> = this.#execute(job, broker, signal, (child) => {
      this.#runs.set(run, child);
    });
    this.#runs.set(run, null);
    try {
      const result = await run;
      return result.kind === "stopped" && this.#isClosed ? stopped({ code: "ABORTED" }) : result;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Ends what runs, too. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const runs = [...this.#runs];
    await Promise.all(runs.map(([, child]) => child?.kill()));
    await Promise.allSettled(runs.map(([run]) => run));
    await this.#pool.close();
  }

  async #execute(
    job: RunJob,
    broker: EffectHandler,
    signal: AbortSignal,
    onChild: (child: SandboxChild) => void,
  ): Promise<RunResult> {
    let child: SandboxChild;
    try {
      child = await this.#pool.take();
    } catch (error) {
      return stopped({ code: "NO_START", detail: detailOf(error) });
    }
    onChild(child);
    const pid = child.workerPid ?? 0;
    const limitBytes = residentBytes(
      Math.min(this.#memoryMb, job.limits.memoryMb ?? this.#memoryMb),
    );
    const watches = [watchUse(pid), watchMemory({ pid, limitBytes }, () => void child.kill())];
    try {
      if (this.#isClosed) return stopped({ code: "ABORTED" });
      const isRefused = await this.#lower(child, job.limits);
      return isRefused ?? (await runWithin(child, job, broker, signal));
    } finally {
      for (const watch of watches) watch.close();
      await child.kill();
      this.#pool.left();
    }
  }

  async #lower(child: SandboxChild, limits: RunLimits): Promise<RunResult | null> {
    if (limits.memoryMb === undefined && limits.cpuSec === undefined) return null;
    try {
      await this.#maker.lower(child, limits);
      return null;
    } catch (error) {
      return stopped({ code: "NO_START", detail: detailOf(error) });
    }
  }
}

/** Waits until a new child says that it is ready. */
export async function whenReady(child: SandboxChild): Promise<SandboxChild> {
  const timer = setTimeout(() => void child.kill(), START_TIMEOUT_MS);
  const event = await child.next();
  clearTimeout(timer);
  if (event.kind === "message" && event.message.type === "ready") return child;
  await child.kill();
  throw new ChildStartError(event.kind === "end" ? JSON.stringify(event.end) : event.kind);
}

/** A child that did not come up. */
export class ChildStartError extends Error {
  override readonly name = "ChildStartError";
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
