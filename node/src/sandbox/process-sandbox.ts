import { bundledEntry, type SelfEntry, selfEntry } from "../self-entry.ts";
import { SandboxChild } from "./child-process.ts";
import { driveRun, stopped } from "./drive-run.ts";
import {
  type ChildLimits,
  type CommandLine,
  codeFolders,
  commandLine,
  detectLockdown,
  type Lockdown,
  missingFrom,
  nodeFlags,
} from "./launcher.ts";
import { ChildPool, type PoolOptions } from "./pool.ts";
import type { EffectHandler, RunJob, RunResult, Sandbox } from "./sandbox.ts";

const START_TIMEOUT_MS = 20_000;

export interface ProcessSandboxOptions extends ChildLimits {
  readonly pool: PoolOptions;
  /** One frame of a child; a whole transcript must fit. */
  readonly frameBytes: number;
  /** All that one child may say. A job may set less. */
  readonly outputBytes: number;
  /** Code of the child as one file, with nothing to load. Left out, the build's own, or else the module beside this one. */
  readonly bundlePath?: string;
}

export const PROCESS_SANDBOX_DEFAULTS: ProcessSandboxOptions = {
  memoryMb: 96,
  cpuSec: 60,
  frameBytes: 16 * 1024 * 1024,
  outputBytes: 32 * 1024 * 1024,
  pool: { idle: 1, max: 4, idleAfterMs: 10_000 },
};

/** The adapter for systems without containers: a locked-down child process per execution. */
export class ProcessSandbox implements Sandbox {
  readonly level = "process";
  readonly lockdown: Lockdown;
  readonly #pool: ChildPool;

  /** Use `openProcessSandbox`, which finds out what the system can do. @param first A child that has come up so. */
  constructor(
    options: ProcessSandboxOptions,
    lockdown: Lockdown,
    first: SandboxChild | null = null,
  ) {
    this.lockdown = lockdown;
    const command = childCommand(options, lockdown);
    this.#pool = new ChildPool(options.pool, () => startChild(options, command), first);
  }

  /** For people: what this level lacks on this system. */
  get reason(): string {
    const missing = missingFrom(this.lockdown);
    const without = missing.length === 0 ? "" : `, without ${missing.join(", ")}`;
    return `a child process, not a container${without}`;
  }

  async execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    if (signal.aborted) return stopped({ code: "ABORTED" });
    let child: SandboxChild;
    try {
      child = await this.#pool.take();
    } catch (error) {
      return stopped({ code: "NO_START", detail: error instanceof Error ? error.message : "" });
    }
    try {
      return await runWithin(child, job, broker, signal);
    } finally {
      await child.kill();
      this.#pool.left();
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** Tries what the system can do and opens the sandbox with the strongest lock-down that works. */
export async function openProcessSandbox(
  wishes: ProcessSandboxOptions = PROCESS_SANDBOX_DEFAULTS,
): Promise<ProcessSandbox> {
  const bundlePath = wishes.bundlePath ?? bundledEntry("sandbox-child.cjs");
  const options = bundlePath === null ? wishes : { ...wishes, bundlePath };
  const { lockdown, child } = await workingLockdown(options);
  return new ProcessSandbox(options, lockdown, child);
}

async function workingLockdown(
  options: ProcessSandboxOptions,
): Promise<{ readonly lockdown: Lockdown; readonly child: SandboxChild }> {
  const found = await detectLockdown();
  // A loader for sources needs threads, programs and files: with it there is no permission model.
  const isLoaded = entryOf(options).execArgv.length > 0;
  const best = isLoaded ? { ...found, permissionFlag: null } : found;
  const weaker: readonly Lockdown[] = [
    best,
    { ...best, unshare: null, setpriv: null },
    { ...best, unshare: null, setpriv: null, prlimit: null },
    { unshare: null, setpriv: null, prlimit: null, permissionFlag: null },
  ];
  let last: unknown;
  for (const lockdown of weaker) {
    try {
      return { lockdown, child: await startChild(options, childCommand(options, lockdown)) };
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function entryOf(options: ProcessSandboxOptions): SelfEntry {
  const { bundlePath } = options;
  if (bundlePath !== undefined) return { path: bundlePath, execArgv: [] };
  return selfEntry("./child/main", import.meta.url);
}

function childCommand(options: ProcessSandboxOptions, lockdown: Lockdown): CommandLine {
  const entry = entryOf(options);
  const readable =
    options.bundlePath === undefined ? codeFolders(entry.path) : [options.bundlePath];
  return commandLine(lockdown, options, [
    ...nodeFlags(lockdown, options, readable),
    ...entry.execArgv,
    entry.path,
  ]);
}

async function startChild(
  { frameBytes, outputBytes: totalBytes }: ProcessSandboxOptions,
  command: CommandLine,
): Promise<SandboxChild> {
  const child = new SandboxChild(command, { frameBytes, totalBytes });
  const timer = setTimeout(() => void child.kill(), START_TIMEOUT_MS);
  const event = await child.next();
  clearTimeout(timer);
  if (event.kind === "message" && event.message.type === "ready") return child;
  await child.kill();
  throw new StartError(event.kind === "end" ? JSON.stringify(event.end) : event.kind);
}

/** A child that did not come up. */
class StartError extends Error {
  override readonly name = "StartError";
}

function runWithin(
  child: SandboxChild,
  job: RunJob,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunResult> {
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    const end = (result: RunResult): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      inner.abort();
      resolve(result);
    };
    const abort = (): void => end(stopped({ code: "ABORTED" }));
    const { wallMs } = job.limits;
    const timer = setTimeout(() => end(stopped({ code: "WALL_CLOCK", limitMs: wallMs })), wallMs);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    else driveRun(child, job, broker, inner.signal).then(end, reject);
  });
}
