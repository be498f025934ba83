import {
  bytesToHex,
  ENTRY_BYTES,
  type Hex,
  hashWords,
  hexToBytes,
  readUint,
  TRIGGER_KINDS,
  textWord,
} from "@deed/protocol/encoding";

/** One entry of a claim as the contract reads it, whatever its numbers are. */
export interface LedgerEntry {
  readonly intentNo: number;
  readonly ordinal: bigint;
  readonly occurrenceId: Hex;
  /** Null where it follows from the ordinal. */
  readonly t0Sec: number | null;
}

/**
 * Reads the entries of a claim that the contract took. Its ordinals have 64 bits: an owner may sign
 * and an executor claim one beyond 2^53, and its neighbours must not suffer. Errors: RangeError.
 */
export function readEntries(kind: number, items: Hex): readonly LedgerEntry[] {
  const bytes = hexToBytes(items);
  const width = widthOf(kind);
  const entries: LedgerEntry[] = [];
  for (let offset = 0; offset + width <= bytes.length; offset += width) {
    entries.push(readEntry(kind, bytes.subarray(offset, offset + width)));
  }
  return entries;
}

/** Name of a manual occurrence of any number. */
export function manualOccurrence(ordinal: bigint): Hex {
  return hashWords([MANUAL, ordinal]);
}

const MANUAL = textWord("manual");
const INTERVAL = textWord("interval");

function readEntry(kind: number, bytes: Uint8Array): LedgerEntry {
  const intentNo = readUint(bytes, 0, 4);
  if (kind === TRIGGER_KINDS.event) {
    const occurrenceId = bytesToHex(bytes.subarray(4, 36));
    return { intentNo, ordinal: 0n, occurrenceId, t0Sec: readUint(bytes, 36, 5) };
  }
  const ordinal = BigInt(bytesToHex(bytes.subarray(4, 12)));
  if (kind === TRIGGER_KINDS.interval) {
    return { intentNo, ordinal, occurrenceId: hashWords([INTERVAL, ordinal]), t0Sec: null };
  }
  const occurrenceId = manualOccurrence(ordinal);
  return { intentNo, ordinal, occurrenceId, t0Sec: readUint(bytes, 44, 5) };
}

function widthOf(kind: number): number {
  switch (kind) {
    case TRIGGER_KINDS.event:
      return ENTRY_BYTES.event;
    case TRIGGER_KINDS.interval:
      return ENTRY_BYTES.interval;
    case TRIGGER_KINDS.manual:
      return ENTRY_BYTES.manual;
    default:
      throw new RangeError(`no claims of kind ${kind}`);
  }
}
