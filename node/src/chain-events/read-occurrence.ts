import type { Hex } from "@deed/protocol/encoding";
import type { EventPayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import { type ChainLog, decodeEvent, type EventTrigger } from "./decode-event.ts";

export interface SeenEvent {
  readonly payload: EventPayload;
  /** t0: time of the event's block. */
  readonly blockTimeSec: number;
  /** Position of the log in its block. */
  readonly logIndex: number;
}

export type ChainEventFailure =
  | { readonly code: "EVENT_WITHOUT_RECEIPT"; readonly txHash: Hex }
  | { readonly code: "EVENT_WITHOUT_BLOCK"; readonly blockHash: Hex };

/** An endpoint that contradicts itself, as one does that lags or has just taken a block back. */
export class ChainEventError extends Error {
  readonly failure: ChainEventFailure;

  constructor(failure: ChainEventFailure) {
    super(JSON.stringify(failure));
    this.name = "ChainEventError";
    this.failure = failure;
  }
}

interface Receipt {
  readonly logs: readonly ChainLog[];
}

/** Reads logs again by their place in their transaction; asks for each receipt and block once. */
export class EventReader {
  readonly #rpc: Rpc;
  readonly #receipts = new Map<Hex, Promise<Receipt | null>>();
  readonly #times = new Map<Hex, Promise<number>>();

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The event at a place; null when the transaction, the log or the declared event is not there.
   * Errors: RpcError, ChainEventError.
   */
  async at(
    trigger: EventTrigger,
    place: { readonly txHash: Hex; readonly logOrdinal: number },
  ): Promise<SeenEvent | null> {
    const log = (await this.#receipt(place.txHash))?.logs[place.logOrdinal];
    return log === undefined ? null : this.occurrence(trigger, log, place.logOrdinal);
  }

  /** The occurrence that a log is, or null when it is not the declared event of the declared contract. */
  async occurrence(
    trigger: EventTrigger,
    log: ChainLog,
    logOrdinal: number,
  ): Promise<SeenEvent | null> {
    if (log.address.toLowerCase() !== trigger.contract) return null;
    const event = decodeEvent(trigger, log);
    if (event === null) return null;
    return {
      blockTimeSec: await this.#timeOf(log.blockHash),
      logIndex: Number(log.logIndex),
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
  async ordinalOf(log: ChainLog): Promise<number> {
    const receipt = await this.#receipt(log.transactionHash);
    const ordinal = receipt?.logs.findIndex((other) => other.logIndex === log.logIndex) ?? -1;
    if (ordinal >= 0) return ordinal;
    throw new ChainEventError({ code: "EVENT_WITHOUT_RECEIPT", txHash: log.transactionHash });
  }

  #receipt(txHash: Hex): Promise<Receipt | null> {
    return once(this.#receipts, txHash, () =>
      this.#rpc.request<Receipt | null>("eth_getTransactionReceipt", [txHash]),
    );
  }

  #timeOf(blockHash: Hex): Promise<number> {
    return once(this.#times, blockHash, async () => {
      const params = [blockHash, false];
      const block = await this.#rpc.request<{ timestamp: Hex } | null>(
        "eth_getBlockByHash",
        params,
      );
      if (block !== null) return Number(block.timestamp);
      throw new ChainEventError({ code: "EVENT_WITHOUT_BLOCK", blockHash });
    });
  }
}

function once<T>(kept: Map<Hex, Promise<T>>, key: Hex, read: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const found = read();
  kept.set(key, found);
  return found;
}
