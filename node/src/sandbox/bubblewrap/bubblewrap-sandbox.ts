import { accessSync, constants } from "node:fs";
import { bundledEntry } from "../../self-entry.ts";
import type { SandboxChild } from "../child-process.ts";
import {
  CHILD_SANDBOX_DEFAULTS,
  ChildRunner,
  type ChildSandboxOptions,
  whenReady,
} from "../child-sandbox.ts";
import { nodeFlags, permissionFlag } from "../launcher.ts";
import { lowerLimits } from "../limit-args.ts";
import type { EffectHandler, RunJob, RunLimits, RunResult, Sandbox } from "../sandbox.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";
import { type Box, boxCommand, findBox, ownerPrefix, READABLE } from "./box.ts";
import { startBoxed } from "./boxed-child.ts";
import { selfTest } from "./self-test.ts";

export interface BubblewrapOptions extends ChildSandboxOptions {
  /** Folders to look for bubblewrap in, as `PATH` has them. */
  readonly path: string;
}

/** A pool of single-use containers, made by bubblewrap: every namespace own, an empty read-only root. */
export class BubblewrapSandbox implements Sandbox {
  readonly adapter = "bubblewrap";
  readonly level = "container";
  readonly reason: string;
  readonly #runner: ChildRunner;

  /** Use `openBubblewrapSandbox`. */
  constructor(options: BubblewrapOptions, box: Box, code: string) {
    this.reason = reasonOf(box);
    this.#runner = new ChildRunner(options.pool, makerOf(options, box, code), null);
  }

  execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    return this.#runner.execute(job, broker, signal);
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

/** Makes one container, looks whether it is one, and opens the pool. @throws SandboxUnavailable */
export async function openBubblewrapSandbox(
  wishes: Partial<BubblewrapOptions> & Pick<BubblewrapOptions, "path">,
): Promise<BubblewrapSandbox> {
  const options = { ...CHILD_SANDBOX_DEFAULTS, ...wishes };
  const code = options.bundlePath ?? bundledEntry("sandbox-child.cjs");
  const found = await findBox(options.path);
  if (code === null || !isReadable(code)) throw new SandboxUnavailable({ code: "NOT_BUNDLED" });
  const box = await workingBox(found, options, code);
  return new BubblewrapSandbox(options, box, code);
}

/** Root's containers belong to an ordinary user, unless that user cannot read Node or the code. */
async function workingBox(found: Box, options: BubblewrapOptions, code: string): Promise<Box> {
  const boxes = found.setpriv === null ? [found] : [found, { ...found, setpriv: null }];
  let last: unknown;
  for (const box of boxes) {
    try {
      await selfTest(box, options);
      await (await makerOf(options, box, code).start()).kill();
      return box;
    } catch (error) {
      last = error;
    }
  }
  if (last instanceof SandboxUnavailable) throw last;
  const detail = last instanceof Error ? last.message : "";
  throw new SandboxUnavailable({ code: "SELF_TEST_FAILED", detail }, { cause: last });
}

function makerOf(options: BubblewrapOptions, box: Box, code: string) {
  const flags = nodeFlags({ permissionFlag: permissionFlag() }, options, READABLE);
  const command = boxCommand(box, options, code, flags);
  const frames = { frameBytes: options.frameBytes, totalBytes: options.outputBytes };
  // A system may allow only a process's own user to lower its limits.
  const [first = box.prlimit, ...rest] = [...ownerPrefix(box), box.prlimit];
  const innerPids = new WeakMap<SandboxChild, number>();
  return {
    async start(): Promise<SandboxChild> {
      const { child, innerPid } = await startBoxed(command, box, frames, () => Promise.resolve());
      if (innerPid !== null) innerPids.set(child, innerPid);
      return whenReady(child);
    },
    async lower(child: SandboxChild, limits: RunLimits): Promise<void> {
      const pid = innerPids.get(child);
      if (pid !== undefined) await lowerLimits([first, ...rest], pid, options, limits);
    },
  };
}

function reasonOf({ setpriv }: Box): string {
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot && setpriv === null ? ", owned by root" : "";
  return `a container of its own for each run, made by bubblewrap${owner}`;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
