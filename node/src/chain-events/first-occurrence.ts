import {
  denseOccurrenceId,
  eventOccurrenceId,
  type Hex,
  heightOccurrenceId,
} from "@deed/protocol/encoding";
import type { CompositeTrigger, EventTrigger, FirstTrigger } from "@deed/protocol/plan";
import type { PhasePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import type { IntentRow } from "../store/intents.ts";
import { blockAtTime, readBlock } from "./block-at-time.ts";
import { BlockChunk } from "./block-chunk.ts";
import { EventReader, type SeenEvent } from "./read-occurrence.ts";
import { wantedEvents } from "./wanted-events.ts";

/** The occurrence with which a composite begins (spec 02). */
export interface FirstOccurrence {
  readonly occurrenceId: Hex;
  readonly t0Sec: number;
  readonly payload: PhasePayload;
  /** Where an event that begins it stands in its block. */
  readonly logIndex: number | null;
}

/** An intent with a composite trigger. */
export interface CompositeIntent {
  readonly intent: Pick<IntentRow, "intentHash" | "registeredBlock" | "start">;
  readonly trigger: CompositeTrigger;
}

export interface FinderOptions {
  readonly ledgerChainId: number;
  /** Blocks read at once. */
  readonly chunkBlocks: number;
}

/** Looks for one composite's first occurrence; goes on where it stopped. */
export class FirstFinder {
  readonly #options: FinderOptions;
  readonly #composite: CompositeIntent;
  readonly #chunk: BlockChunk;
  #nextBlock: number | null = null;
  #found: FirstOccurrence | null = null;

  constructor(options: FinderOptions, composite: CompositeIntent) {
    this.#options = options;
    this.#composite = composite;
    this.#chunk = new BlockChunk(options.chunkBlocks);
  }

  /** Null while it has not come. @param rpc Of the chain that the first trigger names. Errors: RpcError, ChainEventError. */
  async find(rpc: Rpc): Promise<FirstOccurrence | null> {
    const { first } = this.#composite.trigger;
    if (this.#found !== null && (await this.#isStillThere(rpc, first, this.#found))) {
      return this.#found;
    }
    this.#found = await this.#look(rpc, first);
    return this.#found;
  }

  #look(rpc: Rpc, first: FirstTrigger): Promise<FirstOccurrence | null> {
    switch (first.kind) {
      case "start":
        return Promise.resolve(this.#atTime(first.startSec));
      case "height":
        return this.#atHeight(rpc, first);
      case "event":
        return this.#atEvent(rpc, first);
    }
  }

  // A time or height that had passed at the registration has come with it.
  #atTime(startSec: number): FirstOccurrence {
    const t0Sec = Math.max(startSec, this.#composite.intent.start);
    const payload = { kind: "start", ordinal: 0 } as const;
    return { occurrenceId: denseOccurrenceId("start", 0), t0Sec, payload, logIndex: null };
  }

  async #atHeight(
    rpc: Rpc,
    { chainId, height }: Extract<FirstTrigger, { kind: "height" }>,
  ): Promise<FirstOccurrence | null> {
    const newest = await readBlock(rpc, "finalized");
    if (newest === null || newest.number < height) return null;
    const block = await readBlock(rpc, `0x${height.toString(16)}`);
    if (block === null) return null;
    const payload = { kind: "height", chainId, height, blockHash: block.hash } as const;
    const t0Sec = Math.max(block.timeSec, this.#composite.intent.start);
    return { occurrenceId: heightOccurrenceId(payload), t0Sec, payload, logIndex: null };
  }

  async #atEvent(rpc: Rpc, trigger: EventTrigger): Promise<FirstOccurrence | null> {
    const newest = (await readBlock(rpc, trigger.confidence))?.number ?? -1;
    const { intent } = this.#composite;
    const { ledgerChainId } = this.#options;
    this.#nextBlock ??= await firstBlockOf(rpc, trigger.chainId, intent, ledgerChainId);
    while (this.#nextBlock <= newest) {
      const from: number = this.#nextBlock;
      const wish = { intent, trigger, ledgerChainId };
      const { to, value: events } = await this.#chunk.read(from, newest, (last) =>
        wantedEvents(rpc, wish, [from, last]),
      );
      const [event] = events;
      if (event !== undefined) return firstOfEvent(event);
      this.#nextBlock = to + 1;
    }
    return null;
  }

  /** A block that was not final when it was read may be gone, and what was before it is to be read again. */
  async #isStillThere(rpc: Rpc, first: FirstTrigger, found: FirstOccurrence): Promise<boolean> {
    const { payload } = found;
    if (first.kind !== "event" || payload.kind !== "event") return true;
    if (first.confidence === "finalized") return true;
    const event = await new EventReader(rpc).at(first, payload);
    if (event?.payload.blockHash === payload.blockHash) return true;
    this.#nextBlock = null;
    return false;
  }
}

function firstOfEvent({ payload, blockTimeSec, logIndex }: SeenEvent): FirstOccurrence {
  return { occurrenceId: eventOccurrenceId(payload), t0Sec: blockTimeSec, payload, logIndex };
}

/** The first block whose events an intent may want. Errors: RpcError. */
export function firstBlockOf(
  rpc: Rpc,
  chainId: number,
  { registeredBlock, start }: CompositeIntent["intent"],
  ledgerChainId: number,
): Promise<number> {
  return chainId === ledgerChainId ? Promise.resolve(registeredBlock) : blockAtTime(rpc, start);
}

/** Does an event come after the first occurrence? On its chain by place, elsewhere by time. */
export function isAfterFirst(
  first: Pick<FirstOccurrence, "payload" | "t0Sec" | "logIndex">,
  { payload, blockTimeSec, logIndex }: SeenEvent,
): boolean {
  const { payload: begin } = first;
  if (begin.kind === "height" && begin.chainId === payload.chainId) {
    return payload.blockNumber >= begin.height;
  }
  if (begin.kind !== "event" || begin.chainId !== payload.chainId) {
    return blockTimeSec >= first.t0Sec;
  }
  if (payload.blockNumber !== begin.blockNumber) return payload.blockNumber > begin.blockNumber;
  return logIndex > (first.logIndex ?? 0);
}
