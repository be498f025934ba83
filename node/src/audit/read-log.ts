import { open } from "node:fs/promises";
import type { Hex } from "@deed/protocol/encoding";
import type { AuditEntry } from "../signer/audit-entry.ts";
import { AuditLog, type LogFile } from "../signer/audit-log.ts";
import { SignerError } from "../signer/signer-error.ts";

/** What is said of a log as a whole. */
export interface LogSummary {
  readonly entries: number;
  /** SHA-256 of the newest entry. */
  readonly head: Hex;
  /** Of a last line that is not whole: it was being written, or its writer was stopped. */
  readonly tornBytes: number;
}

/**
 * Reads a log without changing it, also while its signer runs, and checks the chain. Errors: E_AUDIT_IO,
 * E_AUDIT_DAMAGED with the offset.
 */
export async function readLog(
  path: string,
  visit: (entry: AuditEntry) => void,
): Promise<LogSummary> {
  const log = await AuditLog.open(
    { path },
    { nowMs: () => 0, visit: ({ entry }) => visit(entry), openFile: openReadOnly },
  );
  const { count: entries, head, tornBytes } = log;
  await log.close();
  return { entries, head, tornBytes };
}

async function openReadOnly(path: string): Promise<LogFile> {
  try {
    const file = await open(path, "r");
    // What is written meanwhile is not waited for.
    const { size } = await file.stat();
    const refuse = (): Promise<never> => Promise.reject(new Error("opened to be read"));
    return {
      size: () => Promise.resolve(size),
      read: async (buffer, position) => {
        const length = Math.max(0, Math.min(buffer.length, size - position));
        return (await file.read(buffer, 0, length, position)).bytesRead;
      },
      append: refuse,
      datasync: refuse,
      truncate: () => Promise.resolve(),
      close: () => file.close(),
    };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new SignerError({ code: "E_AUDIT_IO", reason }, { cause: error });
  }
}
