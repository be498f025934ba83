import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { SILENT } from "../telemetry/logger.ts";
import type { BatchRow } from "./batches.ts";
import type { ExecutionRow } from "./executions.ts";
import { openStore, type Store } from "./store.ts";

/** A directory of its own, and how to remove it. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "deed-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function openTestStore(path: string): Store {
  return openStore({ path }, { logger: SILENT });
}

/** 32 bytes that say a number. */
export function hash(number: number): Hex {
  return `0x${number.toString(16).padStart(64, "0")}`;
}

export function anExecution(number: number, changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    executionId: hash(number),
    intentNo: 1,
    intentHash: hash(1000),
    occurrenceId: hash(2000 + number),
    kind: 2,
    leaseClass: 4,
    ordinal: number,
    t0Sec: 1_000 + number,
    payload: { kind: "interval", ordinal: number },
    seenBlock: null,
    state: "due",
    reason: null,
    attempt: 1,
    batchNo: null,
    batchIndex: null,
    holderNode: null,
    dueAtMs: 1_000_000 + number,
    nextRankAtMs: 1_000_000 + number,
    status: null,
    transcriptRoot: null,
    bundleSha256: null,
    record: null,
    createdMs: 0,
    updatedMs: 0,
    ...changes,
  };
}

export function aBatch(batchNo: number, changes: Partial<BatchRow> = {}): BatchRow {
  return {
    batchNo,
    nodeNo: 1,
    generation: 1,
    deadlineSec: 2_000,
    kind: 2,
    leaseClass: 4,
    count: 1,
    items: [{ executionId: hash(1), intentNo: 1, attempt: 1, ordinal: 1, t0Sec: 1_001 }],
    itemsRoot: hash(9),
    status: "claimed",
    mine: true,
    submittedBy: "a",
    claimBlock: 5,
    claimTx: hash(8),
    posted: 0n,
    recordRoot: null,
    records: null,
    recordBlock: null,
    recordBlockHash: null,
    recordAuditSeq: null,
    recordAuditHead: null,
    recordSignature: null,
    round: null,
    draw: 0,
    pending: 0n,
    disputed: 0n,
    voided: 0n,
    settledBlock: null,
    updatedMs: 0,
    ...changes,
  };
}
