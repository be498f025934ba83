import { createDurably } from "../durable-files.ts";
import { ChainError, messageOf } from "../error.ts";
import { type JournalFile, openFile } from "./file.ts";
import { encodeFrame, firstPosition, type Position, readFrames } from "./frame.ts";
import {
  type ChainHeader,
  decodeRecord,
  encodeRecord,
  type GroupRecord,
  type JournalRecord,
  type SealRecord,
} from "./record.ts";

/** A block as the journal knows it; without `seal` when the process died before it was written. */
export interface JournalBlock {
  readonly group: GroupRecord;
  readonly seal?: SealRecord;
}

/** The end of a block in the journal. */
export interface JournalMark {
  readonly number: number;
  readonly hash: Uint8Array;
  /** Behind the block's seal. */
  readonly position: Position;
}

/**
 * The chain's truth: a header, then for each block a group (durable before the block is made) and
 * a seal (its hash, written before anyone is told, durable with the next group).
 */
export class Journal {
  readonly header: ChainHeader;
  /** How many blocks stand in it. */
  blocks: number;
  readonly #file: JournalFile;
  readonly #marks: Map<number, JournalMark>;
  #end: Position;
  /** The newest block, when its seal is written. */
  #newest: JournalMark | undefined;

  private constructor(file: JournalFile, header: ChainHeader, scan: Scan) {
    this.#file = file;
    this.header = header;
    this.#end = scan.end;
    this.blocks = scan.blocks;
    this.#marks = scan.marks;
    this.#newest = scan.newest;
  }

  /** Writes a new journal with its header; refuses nothing: the caller saw that there is none. */
  static async create(path: string, header: ChainHeader): Promise<void> {
    const body = encodeRecord({ kind: "header", header });
    await createDurably(path, encodeFrame(body, firstPosition).bytes);
  }

  /**
   * Checks a whole journal and cuts a torn tail off; undefined when there is no such file.
   * @param marked blocks whose ends are to be known.
   */
  static async open(
    path: string,
    marked: ReadonlySet<number> = new Set(),
  ): Promise<Journal | undefined> {
    const file = await openFile(path);
    return file === undefined ? undefined : Journal.fromFile(file, marked);
  }

  /** As `open`, over a file that is open already. */
  static async fromFile(
    file: JournalFile,
    marked: ReadonlySet<number> = new Set(),
  ): Promise<Journal> {
    try {
      const scan = await scanFile(file, marked);
      const { header, end } = scan;
      if (header === undefined) throw corrupt(file, 0, "the header is missing");
      if ((await file.size()) > end.offset) await file.truncate(end.offset);
      return new Journal(file, header, scan);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The end of a block that was marked at the opening or by `markNewest`. */
  mark(number: number): JournalMark | undefined {
    return this.#marks.get(number);
  }

  /** Marks the newest block and returns once it is on the disk; undefined without a sealed block. */
  async markNewest(): Promise<JournalMark | undefined> {
    const mark = this.#newest;
    if (mark === undefined) return undefined;
    await this.#guard(() => this.#file.sync());
    this.#marks.set(mark.number, mark);
    return mark;
  }

  /** Every block in order, or those behind a mark, up to the newest or another mark. */
  async *read(after?: JournalMark, until?: JournalMark): AsyncGenerator<JournalBlock> {
    let open: GroupRecord | undefined;
    const end = until?.position ?? this.#end;
    for await (const { record } of readRecords(this.#file, end.offset, after)) {
      if (record.kind === "seal" && open !== undefined) {
        yield { group: open, seal: record };
        open = undefined;
      }
      if (record.kind === "group") open = record;
    }
    if (open !== undefined) yield { group: open };
  }

  /** Returns once the group is on the disk. */
  async appendGroup(group: GroupRecord): Promise<void> {
    await this.#append(group);
    await this.#guard(() => this.#file.sync());
    this.blocks = group.number;
    this.#newest = undefined;
  }

  /** Returns once the seal is in the file: it outlives the process, and the group alone gives it back. */
  async appendSeal(seal: SealRecord): Promise<void> {
    await this.#append(seal);
    this.#newest = { number: seal.number, hash: seal.hash, position: this.#end };
  }

  async close(): Promise<void> {
    try {
      await this.#guard(() => this.#file.sync());
    } finally {
      await this.#file.close();
    }
  }

  async #append(record: JournalRecord): Promise<void> {
    const { bytes, next } = encodeFrame(encodeRecord(record), this.#end);
    await this.#guard(() => this.#file.write(bytes, this.#end.offset));
    this.#end = next;
  }

  async #guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const reason = messageOf(error);
      throw new ChainError(
        { code: "JOURNAL_WRITE_FAILED", path: this.#file.path, reason },
        { cause: error },
      );
    }
  }
}

interface Scan {
  readonly header: ChainHeader | undefined;
  readonly end: Position;
  readonly blocks: number;
  readonly marks: Map<number, JournalMark>;
  readonly newest: JournalMark | undefined;
}

async function scanFile(file: JournalFile, marked: ReadonlySet<number>): Promise<Scan> {
  let header: ChainHeader | undefined;
  let end = firstPosition;
  let blocks = 0;
  let newest: JournalMark | undefined;
  const marks = new Map<number, JournalMark>();
  for await (const { record, position } of readRecords(file)) {
    end = position;
    switch (record.kind) {
      case "header":
        header = record.header;
        break;
      case "group":
        blocks = record.number;
        newest = undefined;
        break;
      case "seal":
        newest = { number: record.number, hash: record.hash, position };
        if (marked.has(record.number)) marks.set(record.number, newest);
        break;
    }
  }
  return { header, end, blocks, marks, newest };
}

interface PlacedRecord {
  readonly record: JournalRecord;
  /** Behind the record. */
  readonly position: Position;
}

/** Every record, checked to follow its predecessor: header, then group, seal, group, seal … */
async function* readRecords(
  file: JournalFile,
  until?: number,
  after?: JournalMark,
): AsyncGenerator<PlacedRecord> {
  let previous: JournalRecord | undefined;
  if (after !== undefined) {
    previous = { kind: "seal", number: after.number, hash: after.hash, excluded: [] };
  }
  for await (const frame of readFrames(file, until, after?.position)) {
    const record = decodeRecord(frame.body);
    if (record === undefined) throw corrupt(file, frame.offset, "the record is malformed");
    if (!follows(previous, record)) {
      throw corrupt(file, frame.offset, "the record does not follow the one before");
    }
    previous = record;
    yield { record, position: { offset: frame.end, seed: frame.seed } };
  }
}

function follows(previous: JournalRecord | undefined, record: JournalRecord): boolean {
  switch (record.kind) {
    case "header":
      return previous === undefined;
    case "group":
      if (previous === undefined || previous.kind === "group") return false;
      return record.number === (previous.kind === "seal" ? previous.number + 1 : 1);
    case "seal":
      return previous?.kind === "group" && record.number === previous.number;
  }
}

function corrupt(file: JournalFile, offset: number, reason: string): ChainError {
  return new ChainError({ code: "JOURNAL_CORRUPT", offset, reason, path: file.path });
}
