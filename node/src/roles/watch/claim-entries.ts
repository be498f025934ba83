import {
  bytesToHex,
  denseOccurrenceId,
  ENTRY_BYTES,
  type Hex,
  hexToBytes,
  readUint,
  type TriggerKind,
  triggerKindOf,
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
  const name = triggerKindOf(kind);
  if (name === null) throw new RangeError(`no claims of kind ${kind}`);
  const width = ENTRY_BYTES[name];
  const entries: LedgerEntry[] = [];
  for (let offset = 0; offset + width <= bytes.length; offset += width) {
    entries.push(readEntry(name, bytes.subarray(offset, offset + width)));
  }
  return entries;
}

function readEntry(kind: TriggerKind, bytes: Uint8Array): LedgerEntry {
  const intentNo = readUint(bytes, 0, 4);
  if (kind === "event") {
    const occurrenceId = bytesToHex(bytes.subarray(4, 36));
    return { intentNo, ordinal: 0n, occurrenceId, t0Sec: readUint(bytes, 36, 5) };
  }
  const ordinal = BigInt(bytesToHex(bytes.subarray(4, 12)));
  const occurrenceId = denseOccurrenceId(kind, ordinal);
  return { intentNo, ordinal, occurrenceId, t0Sec: timeIn(kind, bytes) };
}

function timeIn(kind: TriggerKind, bytes: Uint8Array): number | null {
  if (kind === "manual") return readUint(bytes, 44, 5);
  return kind === "block" ? readUint(bytes, 12, 5) : null;
}
