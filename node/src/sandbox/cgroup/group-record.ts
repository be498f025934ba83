import { readdirSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the files here; everything else in the folder is somebody else's. */
const NAME = /^sandbox-groups-[\w-]+\.json$/;
/** Groups of runs are numbered. */
const RUN_NAME = /^\d+$/;

/** A process, told from later ones with its number and from those before the machine's last start. */
interface Owner {
  readonly pid: number;
  readonly bornTicks: string;
  readonly bootId: string;
}

/** What a node is about to make, written down before it does. */
export interface GroupRecord {
  readonly owner: Owner;
  /** The node's own groups; those of its runs lie in them. */
  readonly folders: readonly string[];
}

/** Writes down which groups this process makes. @returns What forgets them, when they have been taken away. */
export function recordGroups(
  directory: string,
  name: string,
  folders: readonly string[],
): () => void {
  const path = join(directory, `sandbox-groups-${name}.json`);
  const record: GroupRecord = { owner: ownerOf(process.pid), folders };
  writeFileSync(path, JSON.stringify(record), { flag: "wx", mode: 0o600 });
  return () => unlinkSync(path);
}

/**
 * Takes away what an earlier node made and could not take away itself, because it and its keeper were killed:
 * only what is written down there, and only when its owner is dead. What is still in use stays, and its record with it.
 */
export function removeLeftGroups(directory: string): void {
  for (const name of readdirSync(directory).filter((each) => NAME.test(each))) {
    const path = join(directory, name);
    const record = readRecord(path);
    if (record === null || isAlive(record.owner)) continue;
    // Groups do not outlive the machine's start: one with that name is another.
    const isOfNow = record.owner.bootId === bootId();
    if (!isOfNow || record.folders.every(removeGroup)) unlinkSync(path);
  }
}

/** A group and those of its runs; false when something is still in it. */
function removeGroup(folder: string): boolean {
  try {
    const runs = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && RUN_NAME.test(entry.name))
      .map((entry) => join(folder, entry.name));
    for (const each of [...runs, folder]) rmdirSync(each);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** Null for what is none of ours. */
function readRecord(path: string): GroupRecord | null {
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Partial<GroupRecord>;
    const isOurs =
      Number.isSafeInteger(value.owner?.pid) &&
      typeof value.owner?.bornTicks === "string" &&
      typeof value.owner?.bootId === "string" &&
      Array.isArray(value.folders) &&
      value.folders.every((folder) => typeof folder === "string");
    return isOurs ? (value as GroupRecord) : null;
  } catch {
    return null;
  }
}

function isAlive(owner: Owner): boolean {
  return owner.bootId === bootId() && bornTicksOf(owner.pid) === owner.bornTicks;
}

function ownerOf(pid: number): Owner {
  return { pid, bornTicks: bornTicksOf(pid), bootId: bootId() };
}

/** Empty when there is no such process, or only its end is waited for. */
function bornTicksOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is a name that may hold anything, parentheses too.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
