import {
  bytesToHex,
  type Hasher,
  itemLeaf,
  merklePath,
  recordLeaves,
  splitRecords,
} from "@deed/protocol/encoding";
import type { RecordProof } from "@deed/protocol/verify";
import type { BatchRow } from "../store/batches.ts";

/** What an answer on the ledger may hold (spec 07). */
export const MAX_ANSWER_BYTES: number = 96 * 1024;

/** A posted record at its place under the batch's root word; null when nothing was posted there. */
export function recordProofOf(batch: BatchRow, index: number, hasher: Hasher): RecordProof | null {
  const { batchNo, items, records, posted, count } = batch;
  const item = items[index];
  const isPosted = ((posted >> BigInt(index)) & 1n) === 1n;
  if (item === undefined || records === null || !isPosted) return null;
  const slices = splitRecords(bytesToHex(records));
  const own = slices[positionOf(posted, index)]!;
  const itemLeaves = items.map((one) => itemLeaf(one, hasher));
  const leaves = recordLeaves(slices, posted, count, hasher);
  return {
    batchNo,
    index,
    item,
    itemPath: merklePath(itemLeaves, index, hasher),
    record: bytesToHex(own),
    recordPath: merklePath(leaves, index, hasher),
  };
}

/** Which of the posted records is the position's. */
export function positionOf(posted: bigint, index: number): number {
  let position = 0;
  for (let at = 0; at < index; at += 1) if (((posted >> BigInt(at)) & 1n) === 1n) position += 1;
  return position;
}
