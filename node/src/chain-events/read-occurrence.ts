import type { Hex } from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import { type ChainLog, decodeEvent, type EventTrigger } from "./decode-event.ts";

export type EventPayload = Extract<OccurrencePayload, { kind: "event" }>;

export interface SeenEvent {
  readonly payload: EventPayload;
  /** t0: time of the event's block. */
  readonly blockTimeSec: number;
}

interface Receipt {
  readonly logs: readonly ChainLog[];
}

/**
 * Reads one log again at this endpoint, by its place in its transaction.
 * @returns null when the transaction, the log or the declared event is not there.
 */
export async function readOccurrence(
  rpc: Rpc,
  trigger: EventTrigger,
  place: { readonly txHash: Hex; readonly logOrdinal: number },
): Promise<SeenEvent | null> {
  const receipt = await rpc.request<Receipt | null>("eth_getTransactionReceipt", [place.txHash]);
  const log = receipt?.logs[place.logOrdinal];
  return log === undefined ? null : occurrenceOf(rpc, trigger, log, place.logOrdinal);
}

/** The occurrence that a log is, or null when it is not the declared event of the declared contract. */
export async function occurrenceOf(
  rpc: Rpc,
  trigger: EventTrigger,
  log: ChainLog,
  logOrdinal: number,
): Promise<SeenEvent | null> {
  if (log.address.toLowerCase() !== trigger.contract) return null;
  const event = decodeEvent(trigger, log);
  if (event === null) return null;
  const block = await rpc.request<{ timestamp: Hex } | null>("eth_getBlockByHash", [
    log.blockHash,
    false,
  ]);
  if (block === null) return null;
  return {
    blockTimeSec: Number(block.timestamp),
    payload: {
      kind: "event",
      chainId: trigger.chainId,
      contract: trigger.contract,
      blockNumber: Number(log.blockNumber),
      blockHash: log.blockHash,
      txHash: log.transactionHash,
      logOrdinal,
      event,
    },
  };
}

/** Position of a log among the logs of its transaction: what names the occurrence (spec 02). */
export async function logOrdinalOf(rpc: Rpc, log: ChainLog): Promise<number | null> {
  const receipt = await rpc.request<Receipt | null>("eth_getTransactionReceipt", [
    log.transactionHash,
  ]);
  const ordinal = receipt?.logs.findIndex((other) => other.logIndex === log.logIndex) ?? -1;
  return ordinal < 0 ? null : ordinal;
}
