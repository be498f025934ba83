import { concatBytes, readBigUint, readUint, writeUint } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes, writeHex } from "./hex.ts";
import { merkleRoot } from "./merkle.ts";
import { ZERO_WORD } from "./word.ts";

// Records (spec 03): 128 bytes that commit to one attempt's transcript and bundle.

/** How an attempt ended, by number. */
export const RECORD_STATUS = {
  ok: 1,
  conditionFalse: 2,
  failed: 3,
  indeterminate: 4,
  stopped: 5,
} as const;

export type RecordStatus = keyof typeof RECORD_STATUS;

/** How the run was kept apart, by number. */
export const SANDBOX_LEVEL = { process: 1, containerSharedNet: 2, container: 3 } as const;

export type SandboxLevel = keyof typeof SANDBOX_LEVEL;

/** What started the place of the run, by number. */
export const SANDBOX_ADAPTER = { unstated: 0, process: 1, bubblewrap: 2, zygote: 3 } as const;

export type SandboxAdapter = keyof typeof SANDBOX_ADAPTER;

export interface ExecutionRecord {
  readonly transcriptRoot: Hex;
  readonly bundleSha256: Hex;
  readonly status: RecordStatus;
  readonly sandbox: SandboxLevel;
  readonly adapter: SandboxAdapter;
  readonly runtime: number;
  readonly leafCount: number;
  readonly attempt: number;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly feeGwei: bigint;
  /** Length of the bundle's text: what is too large for an answer on the ledger says so. */
  readonly bundleBytes: number;
}

export const RECORD_BYTES = 128;

/** The 128 bytes. */
export function encodeRecord(record: ExecutionRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  writeRoot(record.transcriptRoot, bytes, 0);
  writeRoot(record.bundleSha256, bytes, 32);
  // Word 3 is zero until traces have witnesses; word 4 holds the numbers.
  bytes[96] = RECORD_STATUS[record.status];
  bytes[97] = SANDBOX_LEVEL[record.sandbox];
  writeUint(record.runtime, bytes, 98, 2);
  writeUint(record.leafCount, bytes, 100, 2);
  writeUint(record.attempt, bytes, 102, 1);
  writeUint(record.startedMs, bytes, 103, 6);
  writeUint(record.endedMs, bytes, 109, 6);
  writeUint(record.feeGwei, bytes, 115, 8);
  writeUint(record.bundleBytes, bytes, 123, 4);
  bytes[127] = SANDBOX_ADAPTER[record.adapter];
  return bytes;
}

/** Reads 128 bytes; refuses any other than those that `encodeRecord` writes. */
export function decodeRecord(bytes: Uint8Array): ExecutionRecord {
  if (bytes.length !== RECORD_BYTES) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: RECORD_BYTES, actual: bytes.length });
  }
  for (let index = 64; index < 96; index += 1) {
    if (bytes[index] !== 0) throw badField("reserved", bytes[index]!);
  }
  return {
    transcriptRoot: bytesToHex(bytes.subarray(0, 32)),
    bundleSha256: bytesToHex(bytes.subarray(32, 64)),
    status: nameOf(RECORD_STATUS, "status", bytes[96]!),
    sandbox: nameOf(SANDBOX_LEVEL, "sandbox", bytes[97]!),
    adapter: nameOf(SANDBOX_ADAPTER, "adapter", bytes[127]!),
    runtime: readUint(bytes, 98, 2),
    leafCount: readUint(bytes, 100, 2),
    attempt: readUint(bytes, 102, 1),
    startedMs: readUint(bytes, 103, 6),
    endedMs: readUint(bytes, 109, 6),
    feeGwei: readBigUint(bytes, 115, 8),
    bundleBytes: readUint(bytes, 123, 4),
  };
}

/** `records` of a batch: 128 bytes for each set bit of `posted`, in order. */
export function packRecords(records: readonly ExecutionRecord[]): Hex {
  return bytesToHex(concatBytes(...records.map((record) => encodeRecord(record))));
}

/** The 128-byte slices of a batch's `records`. */
export function splitRecords(records: Hex): readonly Uint8Array[] {
  const bytes = hexToBytes(records);
  if (bytes.length % RECORD_BYTES !== 0) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: RECORD_BYTES, actual: bytes.length });
  }
  const slices: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += RECORD_BYTES) {
    slices.push(bytes.subarray(offset, offset + RECORD_BYTES));
  }
  return slices;
}

/** Leaf of the records tree. */
export function recordLeaf(record: Uint8Array, hasher: Hasher = nobleHasher): Hex {
  const tagged = new Uint8Array(1 + record.length);
  tagged.set(record, 1);
  return bytesToHex(hasher.keccak256(tagged));
}

/** Leaves by position: zero where `posted` has no bit. */
export function recordLeaves(
  records: readonly Uint8Array[],
  posted: bigint,
  count: number,
  hasher: Hasher = nobleHasher,
): readonly Hex[] {
  const leaves: Hex[] = [];
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    const isPosted = ((posted >> BigInt(index)) & 1n) === 1n;
    if (!isPosted) {
      leaves.push(ZERO_WORD);
      continue;
    }
    const record = records[next];
    if (record === undefined) {
      throw new EncodingError({ code: "BAD_POSITION", index: next, count: records.length });
    }
    leaves.push(recordLeaf(record, hasher));
    next += 1;
  }
  if (next !== records.length || posted >> BigInt(count) !== 0n) {
    throw new EncodingError({ code: "BAD_POSITION", index: next, count: records.length });
  }
  return leaves;
}

/** Root over all positions of the batch. */
export function recordRoot(
  records: readonly Uint8Array[],
  posted: bigint,
  count: number,
  hasher: Hasher = nobleHasher,
): Hex {
  return merkleRoot(recordLeaves(records, posted, count, hasher), hasher);
}

function writeRoot(root: Hex, bytes: Uint8Array, offset: number): void {
  if (root.length !== 66) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: 32, actual: root.length / 2 - 1 });
  }
  writeHex(root, bytes, offset);
}

function nameOf<Name extends string>(
  numbers: { readonly [name in Name]: number },
  field: string,
  value: number,
): Name {
  for (const name in numbers) if (numbers[name] === value) return name;
  throw badField(field, value);
}

function badField(field: string, value: number): EncodingError {
  return new EncodingError({ code: "BAD_ENTRY", field, value: String(value) });
}
