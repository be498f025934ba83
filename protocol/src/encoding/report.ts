import { readUint, writeUint } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { FAULT_NUMBERS, type FaultName, faultName } from "./fault.ts";
import { type Hasher, keccak256, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";

/** One fault that a seat reports (spec 06). */
export interface ReportedFault {
  /** Position in the batch. */
  readonly index: number;
  /** First divergent leaf; 0 for the whole. */
  readonly leaf: number;
  readonly fault: FaultName;
}

const ENTRY_BYTES = 6;

/** The report's bytes; the faults stand in ascending order of their positions, one for each. */
export function encodeReport(faults: readonly ReportedFault[]): Hex {
  const bytes = new Uint8Array(faults.length * ENTRY_BYTES);
  faults.forEach(({ index, leaf, fault }, entry) => {
    checkAscending(faults[entry - 1]?.index ?? -1, index);
    writeUint(index, bytes, entry * ENTRY_BYTES, 2);
    writeUint(leaf, bytes, entry * ENTRY_BYTES + 2, 2);
    writeUint(FAULT_NUMBERS[fault], bytes, entry * ENTRY_BYTES + 4, 2);
  });
  return bytesToHex(bytes);
}

/** Reads a report; refuses unknown faults and any order but the ascending one. */
export function decodeReport(report: Hex): readonly ReportedFault[] {
  const bytes = hexToBytes(report);
  if (bytes.length % ENTRY_BYTES !== 0) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: ENTRY_BYTES, actual: bytes.length });
  }
  const faults: ReportedFault[] = [];
  for (let offset = 0; offset < bytes.length; offset += ENTRY_BYTES) {
    const index = readUint(bytes, offset, 2);
    checkAscending(faults.at(-1)?.index ?? -1, index);
    const number = readUint(bytes, offset + 4, 2);
    const fault = faultName(number);
    if (fault === null) {
      throw new EncodingError({ code: "BAD_ENTRY", field: "fault", value: String(number) });
    }
    faults.push({ index, leaf: readUint(bytes, offset + 2, 2), fault });
  }
  return faults;
}

/** `keccak(report)`. */
export function reportHash(report: Hex, hasher: Hasher = nobleHasher): Hex {
  return keccak256(report, hasher);
}

/** Bitmap of the positions that a report names. */
export function faultBits(faults: readonly ReportedFault[]): bigint {
  return faults.reduce((bits, { index }) => bits | (1n << BigInt(index)), 0n);
}

function checkAscending(previous: number, index: number): void {
  if (index > previous) return;
  throw new EncodingError({ code: "BAD_ENTRY", field: "index", value: String(index) });
}
