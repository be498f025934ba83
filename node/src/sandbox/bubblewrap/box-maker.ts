import type { CgroupPlace, RunGroup } from "../cgroup/cgroup-place.ts";
import type { SandboxChild } from "../child-process.ts";
import { type ChildMaker, type ChildSandboxOptions, whenReady } from "../child-sandbox.ts";
import { nodeFlags, permissionFlag } from "../launcher.ts";
import { lowerLimits, residentBytes } from "../limit-args.ts";
import type { RunLimits } from "../sandbox.ts";
import { type Box, boxCommand, ownerPrefix, READABLE } from "./box.ts";
import { startBoxed } from "./boxed-child.ts";

export interface BoxParts {
  readonly box: Box;
  /** Null where the system lets the node make none. */
  readonly cgroups: CgroupPlace | null;
  /** Path of the file that runs inside. */
  readonly code: string;
}

/** Node's threads, and those that WebAssembly and garbage collection may add. */
const MOST_TASKS = 64;

/** What lies on the host beside a container. */
interface Held {
  readonly pid: number;
  readonly group: RunGroup | null;
}

/** Starts containers with a child inside that is ready for its job. */
export function boxMaker(
  options: ChildSandboxOptions,
  { box, cgroups, code }: BoxParts,
): ChildMaker {
  const { moreFlags = [] } = options;
  const own = nodeFlags({ permissionFlag: permissionFlag() }, options, READABLE);
  const flags = [...own, ...moreFlags];
  const command = boxCommand(box, options, code, flags);
  const frames = { frameBytes: options.frameBytes, totalBytes: options.outputBytes };
  // A system may allow only a process's own user to lower its limits.
  const [program = box.prlimit, ...rest] = [...ownerPrefix(box), box.prlimit];
  const held = new WeakMap<SandboxChild, Held>();
  const hold = async (child: SandboxChild, pid: number): Promise<void> => {
    const memoryBytes = residentBytes(options.memoryMb);
    const group = cgroups?.open({ memoryBytes, processes: MOST_TASKS }) ?? null;
    if (group !== null) child.whenGone(() => group.remove());
    group?.add(pid);
    held.set(child, { pid, group });
  };
  return {
    start: async () => whenReady(await startBoxed(command, box, frames, hold)),
    async lower(child: SandboxChild, limits: RunLimits): Promise<void> {
      const own = held.get(child);
      if (own === undefined) return;
      await lowerLimits([program, ...rest], own.pid, options, limits);
      const memoryMb = Math.min(options.memoryMb, limits.memoryMb ?? options.memoryMb);
      own.group?.limitMemory(residentBytes(memoryMb));
    },
  };
}
