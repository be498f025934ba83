import { eventOccurrenceId, executionId, type Hex, TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import type { ChainLog, EventTrigger } from "../../chain-events/decode-event.ts";
import { logOrdinalOf, occurrenceOf, type SeenEvent } from "../../chain-events/read-occurrence.ts";
import { isWanted } from "../../chain-events/where-clause.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";

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
  readonly logger: Logger;
  nowMs(): number;
}

interface Watched {
  readonly intent: IntentRow;
  readonly trigger: EventTrigger;
}

/** Finds the events of one chain at one confidence, each block once, also after downtime. */
export class EventScanner {
  readonly #options: EventScannerOptions;
  readonly #parts: EventScannerParts;
  readonly #cursorKey: string;

  constructor(options: EventScannerOptions, parts: EventScannerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#cursorKey = `events:${options.chainId}:${options.confidence}`;
  }

  /** Reads the next blocks. @returns whether more blocks wait. */
  async step(): Promise<boolean> {
    const { store } = this.#parts;
    const to = await this.#newestBlock();
    const from = this.#nextBlock(to);
    if (from > to) return false;
    const until = Math.min(to, from + this.#options.chunkBlocks - 1);
    const watched = this.#watched();
    const rows = watched.length === 0 ? [] : await this.#find(watched, from, until);
    await store.write((tables) => {
      for (const row of rows) {
        if (tables.executions.insertIfAbsent(row)) continue;
        // Known from a claim: now this node has seen it itself.
        const { executionId: name, payload } = row;
        if (tables.executions.get({ executionId: name })?.payload === null) {
          tables.executions.update({ executionId: name }, { payload });
        }
      }
      tables.meta.put({ key: this.#cursorKey, value: String(until) });
    });
    return until < to;
  }

  async #newestBlock(): Promise<number> {
    const block = await this.#parts.rpc.request<{ number: Hex } | null>("eth_getBlockByNumber", [
      this.#options.confidence,
      false,
    ]);
    return block === null ? -1 : Number(block.number);
  }

  #nextBlock(newest: number): number {
    const cursor = this.#parts.store.read.meta.value(this.#cursorKey);
    if (cursor !== null) return Number(cursor) + 1;
    return this.#options.fromBlock ?? newest;
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
    const rows = await Promise.all(logs.map((log) => this.#rowsOf(log, watched)));
    return rows.flat();
  }

  async #rowsOf(log: ChainLog, watched: readonly Watched[]): Promise<ExecutionRow[]> {
    const { rpc } = this.#parts;
    const address = log.address.toLowerCase();
    const concerned = watched.filter(
      ({ trigger, intent }) =>
        trigger.contract === address &&
        trigger.topic0 === log.topics[0] &&
        this.#isAfterRegistration(intent, log),
    );
    if (concerned.length === 0) return [];
    const logOrdinal = await logOrdinalOf(rpc, log);
    if (logOrdinal === null) return [];
    const rows: ExecutionRow[] = [];
    for (const { intent, trigger } of concerned) {
      const seen = await occurrenceOf(rpc, trigger, log, logOrdinal);
      if (seen !== null && isWanted(trigger, seen)) rows.push(this.#row(intent, seen));
    }
    return rows;
  }

  /** On the ledger's own chain block numbers tell; elsewhere an intent is watched from its registration on. */
  #isAfterRegistration(intent: IntentRow, log: ChainLog): boolean {
    if (this.#options.chainId !== this.#parts.ledger.chainId) return true;
    return Number(log.blockNumber) >= intent.registeredBlock;
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
