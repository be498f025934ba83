import { eventOccurrenceId, executionId, type Hex, TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import { BlockChunk } from "../../chain-events/block-chunk.ts";
import type { ChainLog, EventTrigger } from "../../chain-events/decode-event.ts";
import { isAfterRegistration } from "../../chain-events/is-after-registration.ts";
import { EventReader, type SeenEvent } from "../../chain-events/read-occurrence.ts";
import { isWanted } from "../../chain-events/where-clause.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import { dueExecution, insertSeen, type LedgerName } from "./due-execution.ts";

export interface EventScannerOptions {
  readonly chainId: number;
  readonly confidence: EventTrigger["confidence"];
  /** First block of a store that has never scanned this chain; null for the chain's head. */
  readonly fromBlock: number | null;
  /** Blocks read at once while catching up. */
  readonly chunkBlocks: number;
}

export interface EventScannerParts {
  readonly rpc: Rpc;
  readonly store: Store;
  readonly ledger: LedgerName;
  nowMs(): number;
}

/** What one step brought. */
export interface Scanned {
  /** New due executions. */
  readonly found: number;
  /** More blocks wait. */
  readonly isBehind: boolean;
}

interface Watched {
  readonly intent: IntentRow;
  readonly trigger: EventTrigger;
}

const NOTHING: Scanned = { found: 0, isBehind: false };

/** Finds the events of one chain at one confidence, each block once, also after downtime. */
export class EventScanner {
  readonly #options: EventScannerOptions;
  readonly #parts: EventScannerParts;
  readonly #cursorKey: string;
  readonly #chunk: BlockChunk;

  constructor(options: EventScannerOptions, parts: EventScannerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#cursorKey = `events:${options.chainId}:${options.confidence}`;
    this.#chunk = new BlockChunk(options.chunkBlocks);
  }

  /** Reads the next blocks. Errors: RpcError, ChainEventError; the same blocks are read again then. */
  async step(): Promise<Scanned> {
    const { store } = this.#parts;
    const newest = await this.#newestBlock();
    const from = this.#nextBlock(newest);
    if (from > newest) return NOTHING;
    const watched = this.#watched();
    const { to, value: rows } = await this.#chunk.read(from, newest, (last) =>
      watched.length === 0 ? Promise.resolve([]) : this.#find(watched, from, last),
    );
    const found = await store.write((tables) => {
      const before = tables.meta.value(this.#cursorKey);
      if (before !== null && Number(before) >= to) return 0;
      tables.meta.put({ key: this.#cursorKey, value: String(to) });
      return insertSeen(tables, rows);
    });
    return { found, isBehind: to < newest };
  }

  /** On the ledger's own chain no further than intents are known: a later one may want the event. */
  async #newestBlock(): Promise<number> {
    const { rpc, store, ledger } = this.#parts;
    const { chainId, confidence } = this.#options;
    const block = await rpc.request<{ number: Hex } | null>("eth_getBlockByNumber", [
      confidence,
      false,
    ]);
    const newest = block === null ? -1 : Number(block.number);
    if (chainId !== ledger.chainId) return newest;
    return Math.min(newest, store.read.cursors.get({ chainId })?.blockNumber ?? -1);
  }

  #nextBlock(newest: number): number {
    const cursor = this.#parts.store.read.meta.value(this.#cursorKey);
    if (cursor !== null) return Number(cursor) + 1;
    return this.#options.fromBlock ?? Math.max(0, newest);
  }

  #watched(): readonly Watched[] {
    const { chainId, confidence } = this.#options;
    return this.#parts.store.read.intents.accepted(TRIGGER_KINDS.event).flatMap((intent) => {
      const trigger = intent.plan?.trigger;
      const isOurs =
        trigger?.kind === "event" &&
        trigger.chainId === chainId &&
        trigger.confidence === confidence;
      return isOurs ? [{ intent, trigger }] : [];
    });
  }

  async #find(watched: readonly Watched[], from: number, to: number): Promise<ExecutionRow[]> {
    const filter = {
      address: [...new Set(watched.map(({ trigger }) => trigger.contract))],
      topics: [[...new Set(watched.map(({ trigger }) => trigger.topic0))]],
      fromBlock: `0x${from.toString(16)}`,
      toBlock: `0x${to.toString(16)}`,
    };
    const logs = await this.#parts.rpc.request<readonly ChainLog[]>("eth_getLogs", [filter]);
    const reader = new EventReader(this.#parts.rpc);
    const rows = await Promise.all(logs.map((log) => this.#rowsOf(log, watched, reader)));
    return rows.flat();
  }

  async #rowsOf(
    log: ChainLog,
    watched: readonly Watched[],
    reader: EventReader,
  ): Promise<ExecutionRow[]> {
    const address = log.address.toLowerCase();
    const concerned = watched.filter(
      ({ trigger }) => trigger.contract === address && trigger.topic0 === log.topics[0],
    );
    if (concerned.length === 0) return [];
    const logOrdinal = await reader.ordinalOf(log);
    const rows: ExecutionRow[] = [];
    for (const { intent, trigger } of concerned) {
      const seen = await reader.occurrence(trigger, log, logOrdinal);
      if (seen === null || !isAfterRegistration(intent, seen, this.#parts.ledger.chainId)) continue;
      if (isWanted(trigger, seen)) rows.push(this.#row(intent, seen));
    }
    return rows;
  }

  #row(intent: IntentRow, { payload, blockTimeSec }: SeenEvent): ExecutionRow {
    const occurrenceId = eventOccurrenceId(payload);
    return dueExecution(intent, {
      executionId: executionId(this.#parts.ledger, intent.intentHash, occurrenceId),
      occurrenceId,
      ordinal: 0,
      t0Sec: blockTimeSec,
      payload,
      seenBlock: payload.blockNumber,
      nowMs: this.#parts.nowMs(),
    });
  }
}
