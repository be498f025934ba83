import { hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { type Hex, ZERO_WORD } from "@deed/protocol/encoding";
import { type AuditEntry, entryText, type NewEntry } from "./audit-entry.ts";
import { encodeLine, MAX_LINE_BYTES, readLine } from "./audit-line.ts";
import { SignerError } from "./signer-error.ts";

const SCAN_BYTES = 1 << 20;

/** An entry and where it stands in the file. */
export interface PlacedEntry {
  readonly entry: AuditEntry;
  readonly offset: number;
}

/** The file as the log uses it; tests put a failing one in its place. */
export interface LogFile {
  size(): Promise<number>;
  read(buffer: Buffer, position: number): Promise<number>;
  append(bytes: Buffer): Promise<void>;
  datasync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly path: string;
}

export interface AuditLogParts {
  readonly nowMs: () => number;
  /** Sees every entry that is already there, in order. */
  readonly visit: (placed: PlacedEntry) => void;
  readonly openFile?: (path: string) => Promise<LogFile>;
}

/** An append-only, hash-chained file: every entry names the SHA-256 of the one before. */
export class AuditLog {
  readonly #file: LogFile;
  readonly #nowMs: () => number;
  #size = 0;
  #head: Hex = ZERO_WORD;
  #count = 0;
  #tornBytes = 0;
  #halted: string | null = null;

  private constructor(file: LogFile, nowMs: () => number) {
    this.#file = file;
    this.#nowMs = nowMs;
  }

  /** Reads the whole file. A torn last line is dropped; any other damage is an error with its offset. */
  static async open(options: AuditLogOptions, parts: AuditLogParts): Promise<AuditLog> {
    const file = await (parts.openFile ?? openLogFile)(options.path);
    const log = new AuditLog(file, parts.nowMs);
    try {
      await log.#scan(parts.visit);
    } catch (error) {
      await file.close();
      throw error;
    }
    return log;
  }

  /** SHA-256 of the newest entry, as the next one will name it. */
  get head(): Hex {
    return this.#head;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of a torn last line that were dropped at the opening. */
  get tornBytes(): number {
    return this.#tornBytes;
  }

  /**
   * Writes entries and flushes them to the disk. Only when it resolves may anything be signed for them. After
   * an error nothing can be written until the log is opened again.
   */
  async append(entries: readonly NewEntry[]): Promise<readonly PlacedEntry[]> {
    this.#refuseHalted();
    const placed: PlacedEntry[] = [];
    const lines: Buffer[] = [];
    let offset = this.#size;
    let head = this.#head;
    for (const [index, entry] of entries.entries()) {
      const full: AuditEntry = {
        ...entry,
        n: this.#count + index + 1,
        prev: head,
        atMs: this.#nowMs(),
      };
      const text = entryText(full);
      const line = encodeLine(text);
      placed.push({ entry: full, offset });
      lines.push(line);
      offset += line.length;
      head = sha256(text);
    }
    await this.#write(Buffer.concat(lines), offset);
    this.#head = head;
    this.#count += entries.length;
    return placed;
  }

  /** The entry at an offset that this log gave out. */
  async at(offset: number): Promise<AuditEntry> {
    const header = Buffer.alloc(64 * 1024);
    let read = readLine(await this.#bytesAt(header, offset), 0);
    if (read.kind === "torn") {
      read = readLine(await this.#bytesAt(Buffer.alloc(MAX_LINE_BYTES + 64), offset), 0);
    }
    if (read.kind !== "line") throw damaged(offset, read.kind);
    return JSON.parse(read.json.toString("utf8")) as AuditEntry;
  }

  /** Ends the log for this process. */
  halt(reason: string): void {
    this.#halted ??= reason;
  }

  get halted(): string | null {
    return this.#halted;
  }

  async close(): Promise<void> {
    this.halt("closed");
    await this.#file.close();
  }

  #refuseHalted(): void {
    if (this.#halted !== null) throw new SignerError({ code: "E_HALTED", reason: this.#halted });
  }

  async #write(bytes: Buffer, sizeAfter: number): Promise<void> {
    try {
      await this.#file.append(bytes);
      await this.#file.datasync();
      // A second writer would show here, whatever locks it got around.
      const size = await this.#file.size();
      if (size !== sizeAfter) {
        throw failedWrite(`the log has ${size} bytes instead of ${sizeAfter}`);
      }
      this.#size = sizeAfter;
    } catch (error) {
      // What a failed flush left behind is not known: trying again could lose it silently.
      this.halt(reasonOf(error));
      throw new SignerError({ code: "E_HALTED", reason: this.#halted ?? "" }, { cause: error });
    }
  }

  async #bytesAt(buffer: Buffer, offset: number): Promise<Buffer> {
    const length = await this.#file.read(buffer, offset);
    return buffer.subarray(0, length);
  }

  async #scan(visit: (placed: PlacedEntry) => void): Promise<void> {
    const size = await this.#file.size();
    let pending: Buffer = Buffer.alloc(0);
    let pendingAt = 0;
    while (pendingAt + pending.length < size) {
      const chunk = await this.#bytesAt(Buffer.alloc(SCAN_BYTES), pendingAt + pending.length);
      if (chunk.length === 0) break;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const used = this.#scanLines(pending, pendingAt, visit);
      pending = pending.subarray(used);
      pendingAt += used;
      if (pending.length > MAX_LINE_BYTES + 64) throw damaged(pendingAt, "length");
    }
    this.#size = pendingAt;
    this.#tornBytes = pending.length;
    if (pending.length > 0) await this.#file.truncate(pendingAt);
  }

  // Visits the whole lines; gives how many bytes they took.
  #scanLines(bytes: Buffer, at: number, visit: (placed: PlacedEntry) => void): number {
    let used = 0;
    for (;;) {
      if (used === bytes.length) return used;
      const read = readLine(bytes, used);
      if (read.kind === "torn") return used;
      if (read.kind === "damaged") throw damaged(at + used, read.reason);
      visit({ entry: this.#check(read.json, at + used), offset: at + used });
      used = read.end;
    }
  }

  #check(json: Buffer, offset: number): AuditEntry {
    const entry = parseEntry(json, offset);
    if (entry.prev !== this.#head || entry.n !== this.#count + 1) throw damaged(offset, "chain");
    this.#head = sha256(json);
    this.#count += 1;
    return entry;
  }
}

function parseEntry(json: Buffer, offset: number): AuditEntry {
  try {
    return JSON.parse(json.toString("utf8")) as AuditEntry;
  } catch (error) {
    throw new SignerError(
      { code: "E_AUDIT_DAMAGED", offset, reason: "not JSON" },
      { cause: error },
    );
  }
}

function damaged(offset: number, reason: string): SignerError {
  return new SignerError({ code: "E_AUDIT_DAMAGED", offset, reason });
}

function sha256(value: string | Buffer): Hex {
  return `0x${hash("sha256", value, "hex")}`;
}

/** Opens or makes the file; a new one's name is flushed, too. */
export async function openLogFile(path: string): Promise<LogFile> {
  try {
    const file = await open(path, "a+", 0o600);
    await syncDirectory(dirname(path));
    return logFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new SignerError({ code: "E_AUDIT_IO", reason }, { cause: error });
  }
}

function failedWrite(reason: string): SignerError {
  return new SignerError({ code: "E_AUDIT_IO", reason });
}

function reasonOf(error: unknown): string {
  if (error instanceof SignerError && error.failure.code === "E_AUDIT_IO") {
    return error.failure.reason;
  }
  return error instanceof Error ? error.message : "write failed";
}

function logFile(file: FileHandle): LogFile {
  return {
    size: async () => (await file.stat()).size,
    read: async (buffer, position) =>
      (await file.read(buffer, 0, buffer.length, position)).bytesRead,
    append: async (bytes) => {
      // Of a part that was written the next write says why it was not all: a full disk, above all.
      for (let rest = bytes; rest.length > 0; ) {
        const { bytesWritten } = await file.write(rest);
        if (bytesWritten === 0) throw failedWrite("short write");
        rest = rest.subarray(bytesWritten);
      }
    },
    datasync: () => file.datasync(),
    truncate: async (size) => {
      await file.truncate(size);
      await file.sync();
    },
    close: () => file.close(),
  };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
