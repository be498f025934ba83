import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The steps by which a file comes to be whole or not at all; tests end the process between them. */
export interface DurableFiles {
  /** Returns once the bytes are on the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes what was renamed or removed in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
}

/** The file system. */
export const durableFiles: DurableFiles = {
  write: async (path, bytes) => {
    const handle = await open(path, "w", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename,
  syncDirectory: async (path) => {
    // Windows opens no directories; its rename is durable with the file system's own log.
    if (process.platform === "win32") return;
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  remove: (path) => rm(path, { force: true }),
  list: readdir,
  read: readFile,
};

/** Puts a file in its place, whole or not at all, and its directory entry on the disk. */
export async function createDurably(
  path: string,
  bytes: Uint8Array,
  files: DurableFiles = durableFiles,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  await files.write(temporary, bytes);
  await files.rename(temporary, path);
  await files.syncDirectory(dirname(path));
}
