import { type Hex, hexToBytes } from "@deed/protocol/encoding";
import type { BatchToRecord } from "../../signer/signer-api.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { ReadTables } from "../../store/tables.ts";

/** A batch as it is going to be recorded. */
export interface DraftRecord {
  readonly batch: BatchToRecord;
  /** NDJSON, one line for each posted position; null when this node has not all of them. */
  readonly bundle: Uint8Array | null;
}

const LINE_END = Uint8Array.of(10);

/** Records of the executions that are done, in the order of the batch. */
export function draftRecord(batch: BatchRow, read: ReadTables): DraftRecord | null {
  const done = read.executions
    .ofBatch(batch.batchNo)
    .filter((row) => row.state === "done" && row.record !== null && row.batchIndex !== null);
  if (done.length === 0) return null;
  let posted = 0n;
  let records = "0x";
  for (const row of done) {
    posted |= 1n << BigInt(row.batchIndex ?? 0);
    records += row.record?.slice(2) ?? "";
  }
  const { batchNo, items } = batch;
  return {
    batch: { batchNo, items, posted, records: records as Hex },
    bundle: joinedBundles(done, read),
  };
}

/** What an earlier process of this node signed: nothing else may be recorded for this batch. */
export function signedRecord(
  batch: BatchRow,
  signed: { readonly posted: bigint; readonly records: Hex },
  read: ReadTables,
): DraftRecord {
  const { batchNo, items } = batch;
  const posted = read.executions
    .ofBatch(batchNo)
    .filter((row) => ((signed.posted >> BigInt(row.batchIndex ?? 0)) & 1n) === 1n);
  return {
    batch: { batchNo, items, posted: signed.posted, records: signed.records },
    bundle: joinedBundles(posted, read),
  };
}

function joinedBundles(rows: readonly ExecutionRow[], read: ReadTables): Uint8Array | null {
  const parts: Uint8Array[] = [];
  for (const { executionId, attempt } of rows) {
    const bundle = read.bundles.get({ executionId, attempt });
    if (bundle === null) return null;
    parts.push(bundle.body, LINE_END);
  }
  return Buffer.concat(parts);
}

/** Gas of a record: its call data is most of it. */
export function recordGas(records: Hex): number {
  const bytes = hexToBytes(records).length;
  return 400_000 + bytes * 120;
}
