import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { Hex } from "@deed/protocol/encoding";
import { type CheckpointMessage, readCheckpoint } from "../peers/messages.ts";
import { readStore } from "../store/read-store.ts";
import type { WitnessReceiptRow } from "../store/witnessed.ts";
import { AuditError } from "./audit-error.ts";

/** What one file says that a node showed to others. Nothing of it is believed yet. */
export interface WitnessFile {
  readonly path: string;
  readonly checkpoints: readonly ClaimedCheckpoint[];
  /** Countersignatures of the node's own checkpoints, where the file is the node's. */
  readonly receipts: readonly WitnessReceiptRow[];
}

export interface ClaimedCheckpoint {
  readonly message: CheckpointMessage;
  /** The file says that it contradicts another one. */
  readonly contradicts: boolean;
}

const SQLITE = "SQLite format 3\0";

/**
 * Reads what a node's store holds of another one, also while that node runs; or JSON: checkpoints with their
 * signatures, or a report of this audit. Errors: AuditError AUDIT_BAD_WITNESS.
 */
export function readWitness(path: string, nodeNo: number): WitnessFile {
  try {
    return isStore(path) ? ofStore(path, nodeNo) : ofJson(path, nodeNo);
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AuditError({ code: "AUDIT_BAD_WITNESS", path, reason }, { cause });
  }
}

function isStore(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(SQLITE.length);
    readSync(file, start, 0, start.length, 0);
    return start.toString("latin1") === SQLITE;
  } finally {
    closeSync(file);
  }
}

function ofStore(path: string, nodeNo: number): WitnessFile {
  const store = readStore(path, { snapshot: true });
  try {
    const checkpoints = store.read.witnessed
      .of(nodeNo)
      .map(({ checkpoint, signature, contradicts }, index) => ({
        message: messageOf({ ...checkpoint, signature }, index, path),
        contradicts,
      }));
    return { path, checkpoints, receipts: store.read.witnessReceipts.select("1") };
  } finally {
    store.close();
  }
}

/** What this audit prints of a pair. */
interface ReportedPair {
  readonly one: unknown;
  readonly other: unknown;
}

function ofJson(path: string, nodeNo: number): WitnessFile {
  const given = JSON.parse(readFileSync(path, "utf8")) as {
    witness?: { pairs?: readonly ReportedPair[] };
  };
  const pairs = given.witness?.pairs;
  const isReport = Array.isArray(pairs);
  const listed: unknown = isReport ? pairs.flatMap(({ one, other }) => [one, other]) : given;
  if (!Array.isArray(listed)) throw notRead(path, "neither a list of checkpoints nor a report");
  const messages = listed.map((value, index) => messageOf(value, index, path));
  const checkpoints = messages
    .filter((message) => message.nodeNo === nodeNo)
    .map((message) => ({ message, contradicts: isReport }));
  return { path, checkpoints, receipts: [] };
}

function messageOf(value: unknown, index: number, path: string): CheckpointMessage {
  const message = readCheckpoint(value);
  if (message !== null) return message;
  throw notRead(path, `number ${index + 1} is no signed checkpoint`);
}

function notRead(path: string, reason: string): AuditError {
  return new AuditError({ code: "AUDIT_BAD_WITNESS", path, reason });
}

/** By their digests, to find what a countersignature is of. */
export function receiptsOf(files: readonly WitnessFile[]): ReadonlyMap<Hex, WitnessReceiptRow[]> {
  const found = new Map<Hex, WitnessReceiptRow[]>();
  for (const row of files.flatMap(({ receipts }) => receipts)) {
    found.set(row.digest, [...(found.get(row.digest) ?? []), row]);
  }
  return found;
}
