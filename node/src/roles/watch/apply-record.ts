import {
  bytesToHex,
  decodeRecord,
  EncodingError,
  type ExecutionRecord,
  hexToBytes,
  RECORD_STATUS,
  recordRoot,
  splitRecords,
} from "@deed/protocol/encoding";
import type { EventOf } from "@deed/sdk";
import type { BatchRow } from "../../store/batches.ts";
import { setBits } from "../set-bits.ts";
import { FactError, type FactsContext } from "./facts-context.ts";

/** A batch's records: from here on its round decides who verifies it. */
export function applyRecorded(context: FactsContext, event: EventOf<"Recorded">): void {
  const batch = batchOf(context, event.batchNo);
  const records = splitRecords(event.records);
  context.tables.batches.update(
    { batchNo: event.batchNo },
    {
      status: "recorded",
      posted: event.posted,
      recordRoot: recordRoot(records, event.posted, batch.count),
      records: hexToBytes(event.records),
      recordBlock: event.place.blockNumber,
      recordBlockHash: event.place.blockHash,
      recordAuditSeq: event.auditSeq,
      recordAuditHead: event.auditHead,
      recordSignature: event.signature,
      round: event.round,
      updatedMs: context.nowMs,
    },
  );
  for (const [position, index] of setBits(event.posted).entries()) {
    const bytes = records[position];
    const item = batch.items[index];
    if (bytes === undefined || item === undefined) continue;
    const record = readable(bytes);
    context.tables.executions.update(
      { executionId: item.executionId },
      {
        state: "recorded",
        record: bytesToHex(bytes),
        status: record === null ? null : RECORD_STATUS[record.status],
        transcriptRoot: record?.transcriptRoot ?? null,
        bundleSha256: record?.bundleSha256 ?? null,
        updatedMs: context.nowMs,
      },
    );
  }
}

export function batchOf(context: FactsContext, batchNo: number): BatchRow {
  const batch = context.tables.batches.get({ batchNo });
  if (batch === null) throw new FactError({ code: "FACT_UNKNOWN_BATCH", batchNo });
  return batch;
}

/** A record that says nothing readable stays on the ledger all the same: verifiers fault it. */
function readable(bytes: Uint8Array): ExecutionRecord | null {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}
