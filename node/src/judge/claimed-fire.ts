import {
  type BatchItem,
  type ClaimEntry,
  ENTRY_BYTES,
  EncodingError,
  type Hex,
  TRIGGER_KINDS,
  unpackEntries,
} from "@deed/protocol/encoding";
import { decodeLedgerLog, type Ledger, type RawLog } from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { Store } from "../store/store.ts";
import { firstBatch } from "./first-claim.ts";
import { EndpointBehindError } from "./judgement.ts";

export type ManualEntry = Extract<ClaimEntry, { kind: "manual" }>;

/**
 * The fire with which an execution was claimed first, as the ledger took it: the contract asked the
 * owner's key or wallet then. Errors: RpcError, EndpointBehindError.
 */
export async function claimedFire(
  parts: { readonly ledger: Ledger; readonly store: Store },
  batch: BatchRow,
  item: BatchItem,
): Promise<ManualEntry | null> {
  const first = firstBatch(parts.store, batch, item);
  if (first === null) return null;
  const { ledger } = parts;
  const receipt = await ledger.rpc.request<{ readonly logs: readonly RawLog[] } | null>(
    "eth_getTransactionReceipt",
    [first.claimTx],
  );
  if (receipt === null) throw new EndpointBehindError(`claim ${first.claimTx}`);
  for (const log of receipt.logs) {
    const event = decodeLedgerLog(ledger.deployment, log);
    if (event?.name !== "Claimed" || event.batchNo !== first.batchNo) continue;
    const wanted = entriesOf(event.items).find(
      ({ intentNo, ordinal }) => intentNo === item.intentNo && ordinal === item.ordinal,
    );
    if (wanted !== undefined) return wanted;
  }
  return null;
}

/** The entries that can be read; one with a number beyond 2^53 is nobody's. */
function entriesOf(items: Hex): readonly ManualEntry[] {
  const width = 2 * ENTRY_BYTES.manual;
  const found: ManualEntry[] = [];
  for (let at = 2; at + width <= items.length; at += width) {
    try {
      const [entry] = unpackEntries(TRIGGER_KINDS.manual, `0x${items.slice(at, at + width)}`);
      if (entry?.kind === "manual") found.push(entry);
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
    }
  }
  return found;
}
