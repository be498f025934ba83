import { type FileHandle, open } from "node:fs/promises";
import { hasCode } from "../error.ts";
import type { ByteSource } from "./frame.ts";

/** The file under a journal; tests put a failing one in its place. */
export interface JournalFile extends ByteSource {
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Returns once everything written is on the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens an existing file, or returns undefined when there is none. */
export async function openFile(path: string): Promise<JournalFile | undefined> {
  try {
    return journalFile(path, await open(path, "r+"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function journalFile(path: string, handle: FileHandle): JournalFile {
  return {
    path,
    size: async () => (await handle.stat()).size,
    read: async (offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    },
    write: async (bytes, offset) => {
      let done = 0;
      while (done < bytes.length) {
        const left = bytes.length - done;
        done += (await handle.write(bytes, done, left, offset + done)).bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: async (length) => {
      await handle.truncate(length);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}
