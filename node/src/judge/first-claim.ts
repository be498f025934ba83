import type { BatchItem } from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { Store } from "../store/store.ts";
import { EndpointBehindError } from "./judgement.ts";

/** The batch of an execution's first attempt; null when this node does not know it. */
export function firstBatch(store: Store, batch: BatchRow, item: BatchItem): BatchRow | null {
  if (item.attempt === 1) return batch;
  const candidates = store.read.batches.select(
    "batch_no < :batchNo AND kind = :kind AND instr(items, :name) > 0 ORDER BY batch_no LIMIT 1",
    { batchNo: batch.batchNo, kind: batch.kind, name: item.executionId },
  );
  return candidates[0] ?? null;
}

/** When an execution was claimed first. */
export interface FirstClaim {
  /** Block time. */
  readonly nowSec: number;
  /** In which every rank had its turn, by the rules of that block. Errors: RpcError. */
  turnsSec(): Promise<number>;
}

/** Errors: RpcError, EndpointBehindError. */
export async function firstClaim(
  { ledger, store }: { readonly ledger: Ledger; readonly store: Store },
  batch: BatchRow,
  item: BatchItem,
): Promise<FirstClaim> {
  const first = firstBatch(store, batch, item);
  if (first === null) throw new EndpointBehindError(`the first claim of ${item.executionId}`);
  const block = await ledger.block(first.claimBlock);
  if (block === null) throw new EndpointBehindError(`block ${first.claimBlock}`);
  return {
    nowSec: block.timestampSec,
    turnsSec: async () => {
      const [{ deltaSec }, { executors }] = await Promise.all([
        ledger.parametersAt(first.claimBlock),
        ledger.generationInfo(first.generation),
      ]);
      return deltaSec * executors;
    },
  };
}
