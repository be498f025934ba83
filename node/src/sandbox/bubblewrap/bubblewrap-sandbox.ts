import { randomUUID } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { bundledEntry } from "../../self-entry.ts";
import { type CgroupPlace, openCgroups } from "../cgroup/cgroup-place.ts";
import { limitsReason } from "../cgroup/limits-reason.ts";
import type { SandboxChild } from "../child-process.ts";
import {
  CHILD_SANDBOX_DEFAULTS,
  type ChildMaker,
  ChildRunner,
  type ChildSandboxOptions,
} from "../child-sandbox.ts";
import type { EffectHandler, RunJob, RunResult, Sandbox } from "../sandbox.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";
import { type Box, findBox } from "./box.ts";
import { boxMaker } from "./box-maker.ts";
import type { Bind } from "./node-files.ts";
import { selfTest } from "./self-test.ts";

export interface BubblewrapOptions extends ChildSandboxOptions {
  /** Folders to look for bubblewrap in, as `PATH` has them. */
  readonly path: string;
  /** Files that a container sees beside Node and the code. */
  readonly moreFiles?: readonly Bind[];
  /** Folder of the node's own for records of the control groups that it makes. */
  readonly recordsIn?: string;
}

/** A pool of single-use containers, made by bubblewrap: every namespace own, an empty read-only root. */
export class BubblewrapSandbox implements Sandbox {
  readonly adapter = "bubblewrap";
  readonly level = "container";
  readonly reason: string;
  readonly groups: 1 | 2 | null;
  readonly #runner: ChildRunner;
  readonly #cgroups: CgroupPlace | null;

  /** Use `openBubblewrapSandbox`. */
  constructor(options: BubblewrapOptions, { box, cgroups, maker, first }: Working) {
    this.reason = reasonOf(box, cgroups);
    this.groups = cgroups?.version ?? null;
    this.#cgroups = cgroups;
    this.#runner = new ChildRunner(options, maker, first);
  }

  execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    return this.#runner.execute(job, broker, signal);
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#cgroups?.close();
  }
}

/** Makes one container, looks whether it is one, and opens the pool. @throws SandboxUnavailable */
export async function openBubblewrapSandbox(
  wishes: Partial<BubblewrapOptions> & Pick<BubblewrapOptions, "path">,
): Promise<BubblewrapSandbox> {
  const options = { ...CHILD_SANDBOX_DEFAULTS, ...wishes };
  const code = options.bundlePath ?? bundledEntry("sandbox-child.cjs");
  const found = withFiles(await findBox(options.path), options.moreFiles ?? []);
  if (code === null || !isReadable(code)) throw new SandboxUnavailable({ code: "NOT_BUNDLED" });
  const cgroups = openCgroups({
    name: `deed-${process.pid}-${randomUUID().slice(0, 8)}`,
    recordsIn: options.recordsIn ?? null,
  });
  try {
    return new BubblewrapSandbox(options, await firstWorking(found, cgroups, options, code));
  } catch (error) {
    await cgroups?.close();
    throw error;
  }
}

function withFiles(box: Box, more: readonly Bind[]): Box {
  return { ...box, files: { ...box.files, binds: [...box.files.binds, ...more] } };
}

/** What a container came up with. */
interface Working {
  readonly box: Box;
  readonly cgroups: CgroupPlace | null;
  readonly maker: ChildMaker;
  readonly first: SandboxChild;
}

/** Root's containers belong to an ordinary user, unless that user cannot read Node or the code. */
async function firstWorking(
  found: Box,
  cgroups: CgroupPlace | null,
  options: BubblewrapOptions,
  code: string,
): Promise<Working> {
  const boxes = found.setpriv === null ? [found] : [found, { ...found, setpriv: null }];
  let last: unknown;
  for (const box of boxes) {
    try {
      await selfTest(box, options);
      const maker = boxMaker(options, { box, cgroups, code });
      return { box, cgroups, maker, first: await maker.start() };
    } catch (error) {
      last = error;
    }
  }
  if (last instanceof SandboxUnavailable) throw last;
  const detail = last instanceof Error ? last.message : "";
  throw new SandboxUnavailable({ code: "SELF_TEST_FAILED", detail }, { cause: last });
}

function reasonOf({ setpriv }: Box, cgroups: CgroupPlace | null): string {
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot && setpriv === null ? ", owned by root" : "";
  return `a container of its own for each run, made by bubblewrap${owner}; ${limitsReason(cgroups)}`;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
