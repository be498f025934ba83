import { concatBytes, readBigUint, readUint, uintBytes } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { decodeReport, faultBits, reportHash } from "./report.ts";
import { SIGNATURE_BYTES } from "./signature.ts";

// Verdicts of a whole committee, as `finalise` takes them and `Finalised` shows them (spec 06).

/** One seat's opened verdict with its report. */
export interface SeatEntry {
  readonly nodeNo: number;
  /** Bits of the positions that the report names. */
  readonly fault: bigint;
  readonly unable: bigint;
  readonly report: Hex;
  readonly reportHash: Hex;
  readonly salt: Hex;
  /** No safe integer when whoever wrote it chose so; the ledger takes any 64 bits. */
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
}

const FAULT_BYTES = 6;
const HEAD_BYTES = 144;
const WORD_BYTES = 32;

/** Entries in seat order. What follows from the report is left out. Errors: EncodingError. */
export function packSeatEntries(seats: readonly Omit<SeatEntry, "fault" | "reportHash">[]): Hex {
  return bytesToHex(concatBytes(...seats.map(packSeat)));
}

/** The entries, with what follows from their reports. Errors: EncodingError. */
export function unpackSeatEntries(
  entries: Hex,
  hasher: Hasher = nobleHasher,
): readonly SeatEntry[] {
  const bytes = hexToBytes(entries);
  const seats: SeatEntry[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const size = HEAD_BYTES + readUint(bytes, offset + 141, 2) * FAULT_BYTES;
    const unables = readUint(bytes, offset + 143, 1);
    if (unables > 1) {
      throw new EncodingError({ code: "BAD_ENTRY", field: "unables", value: String(unables) });
    }
    const end = offset + size + unables * WORD_BYTES;
    if (end > bytes.length) {
      throw new EncodingError({ code: "WRONG_LENGTH", expected: end, actual: bytes.length });
    }
    seats.push(seatOf(bytes.subarray(offset, end), size, hasher));
    offset = end;
  }
  return seats;
}

function packSeat(seat: Omit<SeatEntry, "fault" | "reportHash">): Uint8Array {
  const report = hexToBytes(seat.report);
  const unables = seat.unable === 0n ? 0 : 1;
  return concatBytes(
    uintBytes(seat.nodeNo, 4),
    uintBytes(seat.auditSeq, 8),
    exactly(WORD_BYTES, seat.auditHead),
    exactly(WORD_BYTES, seat.salt),
    exactly(SIGNATURE_BYTES, seat.signature),
    uintBytes(decodeReport(seat.report).length, 2),
    uintBytes(unables, 1),
    report,
    unables === 0 ? new Uint8Array() : uintBytes(seat.unable, WORD_BYTES),
  );
}

function seatOf(entry: Uint8Array, size: number, hasher: Hasher): SeatEntry {
  const report = bytesToHex(entry.subarray(HEAD_BYTES, size));
  return {
    nodeNo: readUint(entry, 0, 4),
    fault: faultBits(decodeReport(report)),
    unable: entry.length > size ? readBigUint(entry, size, WORD_BYTES) : 0n,
    report,
    reportHash: reportHash(report, hasher),
    salt: bytesToHex(entry.subarray(44, 76)),
    auditSeq: Number(readBigUint(entry, 4, 8)),
    auditHead: bytesToHex(entry.subarray(12, 44)),
    signature: bytesToHex(entry.subarray(76, 141)),
  };
}

function exactly(length: number, value: Hex): Uint8Array {
  const bytes = hexToBytes(value);
  if (bytes.length === length) return bytes;
  throw new EncodingError({ code: "WRONG_LENGTH", expected: length, actual: bytes.length });
}
