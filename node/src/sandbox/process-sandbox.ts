import { bundledEntry, type SelfEntry, selfEntry } from "../self-entry.ts";
import { SandboxChild } from "./child-process.ts";
import {
  CHILD_SANDBOX_DEFAULTS,
  ChildRunner,
  type ChildSandboxOptions,
  whenReady,
} from "./child-sandbox.ts";
import {
  type CommandLine,
  codeFolders,
  commandLine,
  detectLockdown,
  type Lockdown,
  missingFrom,
  nodeFlags,
} from "./launcher.ts";
import { lowerLimits } from "./limit-args.ts";
import type { EffectHandler, RunJob, RunLimits, RunResult, Sandbox } from "./sandbox.ts";

/** The adapter for systems without containers: a locked-down child process per execution. */
export class ProcessSandbox implements Sandbox {
  readonly adapter = "process";
  readonly level = "process";
  readonly lockdown: Lockdown;
  readonly #runner: ChildRunner;

  /** Use `openProcessSandbox`, which finds out what the system can do. @param first A child that has come up so. */
  constructor(options: ChildSandboxOptions, lockdown: Lockdown, first: SandboxChild | null = null) {
    this.lockdown = lockdown;
    const command = childCommand(options, lockdown);
    const maker = {
      start: () => startChild(options, command),
      lower: (child: SandboxChild, limits: RunLimits) => lower(child, limits, options, lockdown),
    };
    this.#runner = new ChildRunner(options, maker, first);
  }

  get reason(): string {
    const missing = missingFrom(this.lockdown);
    const without = missing.length === 0 ? "" : `, without ${missing.join(", ")}`;
    return `a child process, not a container${without}`;
  }

  execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    return this.#runner.execute(job, broker, signal);
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

/** Tries what the system can do and opens the sandbox with the strongest lock-down that works. */
export async function openProcessSandbox(
  wishes: ChildSandboxOptions = CHILD_SANDBOX_DEFAULTS,
): Promise<ProcessSandbox> {
  const bundlePath = wishes.bundlePath ?? bundledEntry("sandbox-child.cjs");
  const options = bundlePath === null ? wishes : { ...wishes, bundlePath };
  const { lockdown, child } = await workingLockdown(options);
  return new ProcessSandbox(options, lockdown, child);
}

async function workingLockdown(
  options: ChildSandboxOptions,
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

function entryOf(options: ChildSandboxOptions): SelfEntry {
  const { bundlePath } = options;
  if (bundlePath !== undefined) return { path: bundlePath, execArgv: [] };
  return selfEntry("./child/main", import.meta.url);
}

function childCommand(options: ChildSandboxOptions, lockdown: Lockdown): CommandLine {
  const entry = entryOf(options);
  const readable =
    options.bundlePath === undefined ? codeFolders(entry.path) : [options.bundlePath];
  return commandLine(lockdown, options, [
    ...nodeFlags(lockdown, options, readable),
    ...entry.execArgv,
    entry.path,
  ]);
}

function startChild(
  { frameBytes, outputBytes: totalBytes }: ChildSandboxOptions,
  command: CommandLine,
): Promise<SandboxChild> {
  return whenReady(new SandboxChild(command, { frameBytes, totalBytes }));
}

async function lower(
  { pid }: SandboxChild,
  limits: RunLimits,
  options: ChildSandboxOptions,
  { prlimit }: Lockdown,
): Promise<void> {
  // Without the tool no limit of this kind is kept, and `reason` says so.
  if (prlimit !== null && pid !== undefined) await lowerLimits([prlimit], pid, options, limits);
}
