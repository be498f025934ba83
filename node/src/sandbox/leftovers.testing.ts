import { readdirSync, readFileSync } from "node:fs";

/** Everything that a sandbox could leave behind on this machine. */
export class Leftovers {
  readonly #root: number;
  readonly #mounts = mountsOf();
  readonly #descriptors = descriptorsOf();
  readonly #groups: readonly string[];
  readonly #before: ReadonlySet<number>;
  readonly #seen = new Map<number, string>();

  /** @param root Whose descendants are watched. */
  constructor(root: number = process.pid) {
    this.#root = root;
    this.#groups = groupsOf(root);
    this.#before = new Set(descendants(root));
  }

  /** Remembers the processes that run now and did not before. */
  note(): readonly number[] {
    const pids = descendants(this.#root).filter((pid) => !this.#before.has(pid));
    for (const pid of pids) this.#seen.set(pid, birthOf(pid) ?? "");
    return pids;
  }

  /** Those of the remembered that still run; a number may have been given to another since. */
  processes(): readonly number[] {
    return [...this.#seen].flatMap(([pid, birth]) => (birthOf(pid) === birth ? [pid] : []));
  }

  /** Mounts and control groups that were not there before. */
  places(): readonly string[] {
    const isNew = (before: readonly string[]) => (place: string) => !before.includes(place);
    return [
      ...mountsOf().filter(isNew(this.#mounts)),
      ...groupsOf(this.#root).filter(isNew(this.#groups)),
    ];
  }

  /** How many descriptors this process has more than before. */
  descriptors(): number {
    return descriptorsOf() - this.#descriptors;
  }
}

function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? statusOf(Number(name)) : null;
    if (parent !== null) parents.set(Number(name), Number(parent[1]));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Time of a process's start; null when it has gone or is only waited for. */
function birthOf(pid: number): string | null {
  const status = statusOf(pid);
  return status === null || status[0] === "Z" ? null : (status[19] ?? "");
}

/** `/proc/PID/stat` from the state on: state, parent, … */
function statusOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

function mountsOf(): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ").slice(2).join(" "));
}

function descriptorsOf(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Control groups that a process of Deed made; others make and end theirs meanwhile. */
export function groupsOf(pid: number): readonly string[] {
  const own = `deed-${pid}-`;
  return foldersBelow("/sys/fs/cgroup", 6).filter((path) => path.includes(own));
}

function foldersBelow(folder: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        return [path, ...foldersBelow(path, depth - 1)];
      });
  } catch {
    return [];
  }
}
