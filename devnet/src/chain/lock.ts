import { mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ChainError, hasCode } from "./error.ts";

/*
 * One process per directory. Each contender first makes a file named after itself
 * (lock-<pid>-<start time>), then looks at the others: a living one wins, a dead one is removed.
 * Nothing is ever taken over, so that there is no moment in which two processes judge one stale
 * file and remove each other's fresh one; two that start at the same moment may both give up.
 * Every file name belongs to one process for ever, so that kill -9 needs no clean-up.
 */
const pattern = /^lock-(\d+)-(\d+)$/;

/** A held lock. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes the directory for this process or throws ALREADY_RUNNING. */
export async function lockDirectory(directory: string): Promise<Lock> {
  await mkdir(directory, { recursive: true });
  const own = `lock-${process.pid}-${(await startTicks(process.pid)) ?? 0}`;
  const path = join(directory, own);
  await createOwn(path, directory);
  try {
    await refuseOthers(directory, own);
  } catch (error) {
    await unlink(path);
    throw error;
  }
  return { release: () => unlink(path) };
}

async function createOwn(path: string, directory: string): Promise<void> {
  try {
    await (await open(path, "wx", 0o600)).close();
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    throw new ChainError(
      { code: "ALREADY_RUNNING", directory, pid: process.pid },
      { cause: error },
    );
  }
}

async function refuseOthers(directory: string, own: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const match = pattern.exec(name);
    if (match === null || name === own) continue;
    const pid = Number(match[1]);
    if (await isAlive(pid, Number(match[2]))) {
      throw new ChainError({ code: "ALREADY_RUNNING", directory, pid });
    }
    await unlink(join(directory, name)).catch(ignoreMissing);
  }
}

async function isAlive(pid: number, ticks: number): Promise<boolean> {
  if (process.platform === "linux") return (await startTicks(pid)) === ticks;
  // Elsewhere a recycled pid looks alive: the lock then refuses, and the error names the file's pid.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** When the process started, in ticks since boot; undefined when it does not run (any more). */
async function startTicks(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets and may hold anything, brackets included.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}
