import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CgroupFolders, cgroupFolders } from "./cgroup-folders.ts";
import { recordGroups, removeLeftGroups } from "./group-record.ts";
import { startKeeper } from "./keeper.ts";

export interface GroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
}

/** The group of one run. */
export interface RunGroup {
  add(pid: number): void;
  limitMemory(bytes: number): void;
  /** Resolves when it has gone, which it can only when its processes have; or after a while, and it goes with the place. */
  remove(): Promise<void>;
}

/** Groups that take one run after the other. */
export interface GroupPool {
  /** Of each group the files that a process joins it by; all alike many. */
  readonly files: readonly (readonly string[])[];
  /** Resolves when they have gone, which they can only when their processes have. */
  remove(): Promise<void>;
}

/** A place of this node's own for the groups of its runs. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  open(limits: GroupLimits): RunGroup;
  openPool(groups: number, limits: GroupLimits): GroupPool;
  close(): Promise<void>;
}

/** Files of one run's group, by what they limit. */
interface Files {
  readonly folders: readonly string[];
  readonly memory: readonly string[];
  readonly pids: string;
  /** A process joins by it: its own one alone, which is its only one. */
  readonly join: string;
}

const REMOVE_TRIES = 200;
const REMOVE_EVERY_MS = 10;

export interface CgroupOptions {
  readonly name: string;
  /** Folder of the node's own for records of what it makes, by which its next start finds what was left; null for none. */
  readonly recordsIn: string | null;
}

/** Makes a group below this process's own; null where none may be made, and then nothing has been. */
export function openCgroups(
  options: CgroupOptions,
  found: CgroupFolders | null = ownFolders(),
): CgroupPlace | null {
  if (options.recordsIn !== null) removeLeftGroups(options.recordsIn);
  if (found === null) return null;
  const made = found.version === 1 ? openVersion1(options, found) : openVersion2(options, found);
  if (made === null) return null;
  const { folders, forget } = made;
  const keeper = startKeeper(folders);
  let count = 0;
  const nextFiles = (): Files => {
    count += 1;
    return filesOf(found.version, folders, String(count));
  };
  return {
    version: found.version,
    open: (limits) => openRun(nextFiles(), limits),
    openPool: (groups, limits) => openPool(Array.from({ length: groups }, nextFiles), limits),
    async close() {
      for (const folder of folders) await removeFolder(folder).catch(() => undefined);
      // What could not be removed yet it goes on trying.
      await keeper.close();
      if (!folders.some((folder) => existsSync(folder))) forget();
    },
  };
}

/** The node's own groups. */
interface Made {
  readonly folders: readonly string[];
  /** They have been taken away. */
  forget(): void;
}

function openVersion1(
  options: CgroupOptions,
  { memory, pids }: CgroupFolders & { version: 1 },
): Made | null {
  return makeAll(options, [join(memory, options.name), join(pids, options.name)]);
}

const CONTROLLERS = "+memory +pids";

/** A group with processes has no groups below it with controllers: then the one above it must be ours, too. */
function openVersion2(
  options: CgroupOptions,
  { folder }: CgroupFolders & { version: 2 },
): Made | null {
  for (const base of [folder, dirname(folder)]) {
    const place = join(base, options.name);
    const isUsable =
      existsSync(join(base, "cgroup.controllers")) &&
      succeeds(() => writeFileSync(join(base, "cgroup.subtree_control"), CONTROLLERS));
    const made = isUsable ? makeAll(options, [place]) : null;
    if (made === null) continue;
    if (succeeds(() => writeFileSync(join(place, "cgroup.subtree_control"), CONTROLLERS))) {
      return made;
    }
    rmdirSync(place);
    made.forget();
  }
  return null;
}

/** All of them, or none. Written down before they are there. */
function makeAll({ name, recordsIn }: CgroupOptions, folders: readonly string[]): Made | null {
  const forget = recordsIn === null ? () => undefined : recordGroups(recordsIn, name, folders);
  const made: string[] = [];
  for (const folder of folders) {
    if (succeeds(() => mkdirSync(folder))) {
      made.push(folder);
      continue;
    }
    for (const each of made) rmdirSync(each);
    forget();
    return null;
  }
  return { folders: made, forget };
}

function filesOf(version: 1 | 2, places: readonly string[], name: string): Files {
  const folders = places.map((place) => join(place, name));
  const [first = "", second = first] = folders;
  return version === 1
    ? {
        folders,
        memory: [join(first, "memory.limit_in_bytes")],
        pids: join(second, "pids.max"),
        join: "tasks",
      }
    : {
        folders,
        memory: [join(first, "memory.max")],
        pids: join(first, "pids.max"),
        join: "cgroup.procs",
      };
}

function openRun({ folders, memory, pids }: Files, limits: GroupLimits): RunGroup {
  const limitMemory = (bytes: number): void => {
    for (const file of memory) writeFileSync(file, String(bytes));
  };
  const remove = async (): Promise<void> => {
    // One whose dead are waited for by somebody slow is no failure of the run: the keeper removes it at the end.
    for (const folder of folders) await removeFolder(folder).catch(() => undefined);
  };
  for (const folder of folders) mkdirSync(folder);
  limitMemory(limits.memoryBytes);
  writeFileSync(pids, String(limits.processes));
  const add = (pid: number): void => {
    for (const folder of folders) writeFileSync(join(folder, "cgroup.procs"), String(pid));
  };
  return { add, limitMemory, remove };
}

function openPool(groups: readonly Files[], limits: GroupLimits): GroupPool {
  const opened = groups.map((files) => openRun(files, limits));
  return {
    files: groups.map(({ folders, join: file }) => folders.map((folder) => join(folder, file))),
    async remove() {
      for (const group of opened) await group.remove();
    },
  };
}

async function removeFolder(folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      // Its processes are killed, and not all gone yet.
      if (code !== "EBUSY" || tries >= REMOVE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_EVERY_MS));
    }
  }
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function ownFolders(): CgroupFolders | null {
  try {
    return cgroupFolders(
      readFileSync("/proc/self/cgroup", "utf8"),
      readFileSync("/proc/self/mountinfo", "utf8"),
    );
  } catch {
    return null;
  }
}
