import { concatBytes, readUint, uintBytes } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { type TriggerKind, triggerKindOf } from "./execution-id.ts";
import { type Hasher, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { merkleRoot } from "./merkle.ts";
import { leafOfWords } from "./word.ts";

// Items of a batch: what a claim carries and what its root binds (spec 03).

/** One execution that a node wants to claim. */
export type ClaimEntry =
  | {
      readonly kind: "event";
      readonly intentNo: number;
      readonly occurrenceId: Hex;
      readonly t0Sec: number;
    }
  | {
      readonly kind: "interval" | "cron" | "start";
      readonly intentNo: number;
      readonly ordinal: number;
    }
  | {
      readonly kind: "block";
      readonly intentNo: number;
      readonly ordinal: number;
      readonly t0Sec: number;
    }
  | {
      readonly kind: "manual";
      readonly intentNo: number;
      readonly ordinal: number;
      readonly inputHash: Hex;
      readonly firedAtSec: number;
      readonly validUntilSec: number;
      readonly signature: Hex;
    };

/** One position of a claimed batch. */
export interface BatchItem {
  readonly executionId: Hex;
  readonly intentNo: number;
  /** 1 for a first claim. */
  readonly attempt: number;
  /** 0 for events. */
  readonly ordinal: number;
  readonly t0Sec: number;
}

export const MAX_BATCH_ITEMS = 256;

/** Bytes of one entry by kind. */
export const ENTRY_BYTES = {
  event: 41,
  interval: 12,
  manual: 119,
  cron: 12,
  block: 17,
  start: 12,
} as const;

/** The `items` of a claim: entries of one kind, one after the other. */
export function packEntries(entries: readonly ClaimEntry[]): Hex {
  checkCount(entries.length);
  const kind = entries[0]?.kind;
  const parts = entries.map((entry) => {
    if (entry.kind !== kind) {
      throw new EncodingError({ code: "BAD_ENTRY", field: "kind", value: entry.kind });
    }
    return packEntry(entry);
  });
  return bytesToHex(concatBytes(...parts));
}

/** The entries of a claim of a kind (by number, as the ledger has it). */
export function unpackEntries(kind: number, items: Hex): readonly ClaimEntry[] {
  const bytes = hexToBytes(items);
  const name = triggerKindOf(kind);
  if (name === null) {
    throw new EncodingError({ code: "BAD_ENTRY", field: "kind", value: String(kind) });
  }
  const width = ENTRY_BYTES[name];
  if (bytes.length % width !== 0) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: width, actual: bytes.length });
  }
  checkCount(bytes.length / width);
  const entries: ClaimEntry[] = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    entries.push(unpackEntry(name, bytes.subarray(offset, offset + width)));
  }
  return entries;
}

/** Leaf of the items tree. */
export function itemLeaf(item: BatchItem, hasher: Hasher = nobleHasher): Hex {
  const { executionId, intentNo, attempt, ordinal, t0Sec } = item;
  return leafOfWords([executionId, intentNo, attempt, ordinal, t0Sec], hasher);
}

/** Root over the accepted items. */
export function itemsRoot(items: readonly BatchItem[], hasher: Hasher = nobleHasher): Hex {
  return merkleRoot(
    items.map((item) => itemLeaf(item, hasher)),
    hasher,
  );
}

function packEntry(entry: ClaimEntry): Uint8Array {
  const intentNo = uintBytes(entry.intentNo, 4);
  switch (entry.kind) {
    case "event":
      return concatBytes(intentNo, fixed(entry.occurrenceId, 32), uintBytes(entry.t0Sec, 5));
    case "interval":
    case "cron":
    case "start":
      return concatBytes(intentNo, uintBytes(entry.ordinal, 8));
    case "block":
      return concatBytes(intentNo, uintBytes(entry.ordinal, 8), uintBytes(entry.t0Sec, 5));
    case "manual":
      return concatBytes(
        intentNo,
        uintBytes(entry.ordinal, 8),
        fixed(entry.inputHash, 32),
        uintBytes(entry.firedAtSec, 5),
        uintBytes(entry.validUntilSec, 5),
        fixed(entry.signature, 65),
      );
  }
}

function unpackEntry(kind: TriggerKind, bytes: Uint8Array): ClaimEntry {
  const intentNo = readUint(bytes, 0, 4);
  if (kind === "event") {
    const occurrenceId = bytesToHex(bytes.subarray(4, 36));
    return { kind: "event", intentNo, occurrenceId, t0Sec: readUint(bytes, 36, 5) };
  }
  const ordinal = readUint(bytes, 4, 8);
  if (kind === "block") return { kind, intentNo, ordinal, t0Sec: readUint(bytes, 12, 5) };
  if (kind !== "manual") return { kind, intentNo, ordinal };
  return {
    kind,
    intentNo,
    ordinal,
    inputHash: bytesToHex(bytes.subarray(12, 44)),
    firedAtSec: readUint(bytes, 44, 5),
    validUntilSec: readUint(bytes, 49, 5),
    signature: bytesToHex(bytes.subarray(54, 119)),
  };
}

function checkCount(count: number): void {
  if (count > MAX_BATCH_ITEMS) {
    throw new EncodingError({ code: "BAD_POSITION", index: count, count: MAX_BATCH_ITEMS });
  }
}

function fixed(hex: Hex, length: number): Uint8Array {
  const bytes = hexToBytes(hex);
  if (bytes.length !== length) {
    throw new EncodingError({ code: "WRONG_LENGTH", expected: length, actual: bytes.length });
  }
  return bytes;
}
