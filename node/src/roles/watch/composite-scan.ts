import type { CompositeTrigger, EventTrigger } from "@deed/protocol/plan";
import { readBlock } from "../../chain-events/block-at-time.ts";
import { BlockChunk } from "../../chain-events/block-chunk.ts";
import type { FirstBook } from "../../chain-events/first-book.ts";
import {
  type FirstOccurrence,
  firstBlockOf,
  isAfterFirst,
} from "../../chain-events/first-occurrence.ts";
import { wantedEvents } from "../../chain-events/wanted-events.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import {
  dueTicks,
  eventPhase,
  firstPhase,
  nextTickSec,
  type PhaseOccurrence,
  type PhaseWindow,
  phaseRow,
} from "./composite-phases.ts";
import { insertSeen, type LedgerName } from "./due-execution.ts";

export interface CompositeScanParts {
  readonly store: Store;
  readonly ledger: LedgerName;
  readonly firsts: FirstBook;
  /** Blocks read at once while catching up. */
  readonly chunkBlocks: number;
}

/** Finds the occurrences of one composite: the first, then those that follow it. */
export class CompositeScan {
  readonly #parts: CompositeScanParts;
  readonly #intent: IntentRow;
  readonly #trigger: CompositeTrigger;
  readonly #chunk: BlockChunk;
  #first: FirstOccurrence | null = null;
  /** Newest time of a tick that is in the store. */
  #newestTickSec = 0;
  #isFirstStored = false;

  constructor(parts: CompositeScanParts, intent: IntentRow, trigger: CompositeTrigger) {
    this.#parts = parts;
    this.#intent = intent;
    this.#trigger = trigger;
    this.#chunk = new BlockChunk(parts.chunkBlocks);
  }

  /** Stores what came. @returns how many are new. Errors: NoEndpointError, RpcError, ChainEventError. */
  async step(window: PhaseWindow): Promise<number> {
    const trigger = this.#trigger;
    const first = await this.#parts.firsts.of({ intent: this.#intent, trigger });
    if (first?.occurrenceId !== this.#first?.occurrenceId) this.#isFirstStored = false;
    this.#first = first;
    if (first === null || first.t0Sec > window.nowSec) return 0;
    let found = 0;
    if (!this.#isFirstStored) {
      found += await this.#store([firstPhase(first)], window.nowSec, null);
      this.#isFirstStored = true;
    }
    const { repeat } = trigger;
    if (repeat === null) return found;
    if (repeat.kind === "event") return found + (await this.#events(repeat, first, window.nowSec));
    const ticks = dueTicks(repeat, first, window).filter(
      ({ t0Sec }) => t0Sec > this.#newestTickSec,
    );
    if (ticks.length === 0) return found;
    found += await this.#store(ticks, window.nowSec, null);
    this.#newestTickSec = ticks.at(-1)?.t0Sec ?? this.#newestTickSec;
    return found;
  }

  /** When something comes that no chain tells of; null when nothing does. */
  nextSec(nowSec: number): number | null {
    const { repeat } = this.#trigger;
    const first = this.#first;
    if (first === null) return null;
    if (first.t0Sec > nowSec) return first.t0Sec;
    return repeat === null || repeat.kind === "event" ? null : nextTickSec(repeat, first, nowSec);
  }

  /** Whether its first occurrence is a height of this chain that has not come. */
  awaitsHeight(chainId: number, nowSec: number): boolean {
    const { first } = this.#trigger;
    const isHere = first.kind === "height" && first.chainId === chainId;
    return isHere && this.#first === null && nowSec < this.#intent.validUntilSec;
  }

  async #events(trigger: EventTrigger, first: FirstOccurrence, nowSec: number): Promise<number> {
    const { firsts, ledger } = this.#parts;
    const rpc = firsts.rpcOf(trigger.chainId);
    const newest = (await readBlock(rpc, trigger.confidence))?.number ?? -1;
    const wish = { intent: this.#intent, trigger, ledgerChainId: ledger.chainId };
    let found = 0;
    let from = this.#cursor() ?? (await this.#begin(trigger, first));
    while (from <= newest) {
      const start = from;
      const { to, value: events } = await this.#chunk.read(start, newest, (last) =>
        wantedEvents(rpc, wish, [start, last]),
      );
      const phases = events.filter((event) => isAfterFirst(first, event)).map(eventPhase);
      found += await this.#store(phases, nowSec, to);
      from = to + 1;
    }
    return found;
  }

  #begin(trigger: EventTrigger, { payload }: FirstOccurrence): Promise<number> {
    const { firsts, ledger } = this.#parts;
    const isHere = payload.kind === "event" && payload.chainId === trigger.chainId;
    if (isHere) return Promise.resolve(payload.blockNumber);
    const rpc = firsts.rpcOf(trigger.chainId);
    return firstBlockOf(rpc, trigger.chainId, this.#intent, ledger.chainId);
  }

  get #cursorKey(): string {
    return `composite:${this.#intent.intentHash}`;
  }

  #cursor(): number | null {
    const value = this.#parts.store.read.meta.value(this.#cursorKey);
    return value === null ? null : Number(value) + 1;
  }

  #store(
    phases: readonly PhaseOccurrence[],
    nowSec: number,
    scannedTo: number | null,
  ): Promise<number> {
    const rows: readonly ExecutionRow[] = phases.map((phase) =>
      phaseRow(this.#intent, this.#parts.ledger, phase, nowSec * 1000),
    );
    return this.#parts.store.write((tables) => {
      if (scannedTo !== null) tables.meta.put({ key: this.#cursorKey, value: String(scannedTo) });
      return insertSeen(tables, rows);
    });
  }
}
