import { eventOccurrenceId, executionId, type Hex, TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import { blockAtTime } from "../../chain-events/block-at-time.ts";
import { BlockChunk } from "../../chain-events/block-chunk.ts";
import type { ChainLog, EventTrigger } from "../../chain-events/decode-event.ts";
import { isAfterRegistration } from "../../chain-events/is-after-registration.ts";
import { EventReader, type SeenEvent } from "../../chain-events/read-occurrence.ts";
import { isWanted } from "../../chain-events/where-clause.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import { dueExecution, insertSeen, type LedgerName } from "./due-execution.ts";
import { forgetSightings, WANTED_KEY } from "./roll-back.ts";

export interface EventScannerOptions {
  readonly chainId: number;
  readonly confidence: EventTrigger["confidence"];
  /** First block of a store that has never scanned this chain; null for the registration's time. */
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

interface ChainBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
}

interface Found {
  readonly rows: readonly ExecutionRow[];
  /** Hashes of the blocks whose events were found. */
  readonly hashes: ReadonlyMap<number, Hex>;
}

interface Watched {
  readonly intent: IntentRow;
  readonly trigger: EventTrigger;
}

const NOTHING: Scanned = { found: 0, isBehind: false };
const NOTHING_FOUND: Found = { rows: [], hashes: new Map() };

/** How far back a scan notices that its chain was reorganised. */
const SEAM_BLOCKS = 1_000;

/**
 * Finds the events of one chain at one confidence, each block once, also after downtime; when the chain
 * replaces blocks, what was seen in them is forgotten and what came instead is read.
 */
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
    const head = await this.#block(this.#options.confidence);
    const newest = this.#reach(head);
    if (head !== null && (await this.#rewind(head))) return { found: 0, isBehind: true };
    const watched = this.#watched();
    await this.#goBackFor(watched);
    const from = this.#nextBlock(newest);
    if (head === null || from > newest) return NOTHING;
    const { to, value } = await this.#chunk.read(from, newest, (last) =>
      watched.length === 0 ? Promise.resolve(NOTHING_FOUND) : this.#find(watched, from, last),
    );
    const last = to === head.number ? head : await this.#blockAt(to);
    await this.#confirm(value.hashes, last);
    const found = await store.write((tables) => this.#write(tables, value, last));
    return { found, isBehind: to < newest };
  }

  #write(tables: Tables, { rows, hashes }: Found, last: ChainBlock): number {
    const before = tables.meta.value(this.#cursorKey);
    if (before !== null && Number(before) >= last.number) return 0;
    const scan = this.#cursorKey;
    for (const [number, hash] of [...hashes, [last.number, last.hash] as const]) {
      tables.scannedBlocks.put({ scan, number, hash });
    }
    tables.scannedBlocks.deleteBelow(scan, last.number - SEAM_BLOCKS);
    tables.meta.put({ key: scan, value: String(last.number) });
    return insertSeen(tables, rows);
  }

  /** This chain may be ahead of the ledger: a new intent wants events of blocks that were read before it was known. */
  async #goBackFor(watched: readonly Watched[]): Promise<void> {
    if (this.#options.fromBlock !== null) return;
    const { store, rpc } = this.#parts;
    const scan = this.#cursorKey;
    const key = `${WANTED_KEY}${scan}`;
    const known = Number(store.read.meta.value(key) ?? 0);
    const intents = watched.map(({ intent }) => intent).filter(({ intentNo }) => intentNo > known);
    if (intents.length === 0) return;
    const block = await blockAtTime(rpc, Math.min(...intents.map(({ start }) => start)));
    await store.write((tables) => {
      const newest = Math.max(...intents.map(({ intentNo }) => intentNo));
      tables.meta.put({ key, value: String(newest) });
      const cursor = tables.meta.value(scan);
      if (cursor !== null && Number(cursor) < block) return;
      tables.meta.put({ key: scan, value: String(block - 1) });
      tables.scannedBlocks.deleteAbove(scan, block - 1);
    });
  }

  /** What was seen in blocks that the chain has replaced is forgotten. @returns whether it had replaced any. */
  async #rewind(head: ChainBlock): Promise<boolean> {
    const { store } = this.#parts;
    const scan = this.#cursorKey;
    const [newest, ...older] = store.read.scannedBlocks.newestFirst(scan);
    // A lower head may be that of an endpoint that lags.
    if (newest === undefined || newest.number > head.number) return false;
    if (await this.#isStill(newest, head)) return false;
    let seam = (older.at(-1) ?? newest).number - 1;
    for (const row of older) {
      if (!(await this.#isStill(row, head))) continue;
      seam = row.number;
      break;
    }
    await store.write((tables) => {
      const names = new Set(this.#watched().map(({ intent }) => intent.intentNo));
      forgetSightings(tables, ({ payload, intentNo }) => {
        if (payload?.kind !== "event" || payload.chainId !== this.#options.chainId) return false;
        return payload.blockNumber > seam && names.has(intentNo);
      });
      tables.scannedBlocks.deleteAbove(scan, seam);
      tables.meta.put({ key: scan, value: String(seam) });
    });
    return true;
  }

  async #isStill(
    { number, hash }: { number: number; hash: Hex },
    head: ChainBlock,
  ): Promise<boolean> {
    if (head.number === number) return head.hash === hash;
    if (head.number === number + 1) return head.parentHash === hash;
    return (await this.#block(number))?.hash === hash;
  }

  /** Throws when a block was replaced while it was read: between two looks at one its ancestors stay. */
  async #confirm(hashes: ReadonlyMap<number, Hex>, last: ChainBlock): Promise<void> {
    const numbers = [...hashes.keys()].filter((number) => number !== last.number);
    const blocks = await Promise.all(numbers.map((number) => this.#blockAt(number)));
    const isOne =
      blocks.every(({ number, hash }) => hashes.get(number) === hash) &&
      (hashes.get(last.number) ?? last.hash) === last.hash;
    const isSteady = blocks.length === 0 || (await this.#blockAt(last.number)).hash === last.hash;
    if (!isOne || !isSteady) {
      throw new RangeError(`block ${last.number} or one before it changed while it was read`);
    }
  }

  async #blockAt(number: number): Promise<ChainBlock> {
    const block = await this.#block(number);
    if (block === null) throw new RangeError(`block ${number} below the head is not there`);
    return block;
  }

  async #block(numberOrTag: number | EventTrigger["confidence"]): Promise<ChainBlock | null> {
    const tag = typeof numberOrTag === "number" ? `0x${numberOrTag.toString(16)}` : numberOrTag;
    const block = await this.#parts.rpc.request<{
      readonly number: Hex;
      readonly hash: Hex;
      readonly parentHash: Hex;
    } | null>("eth_getBlockByNumber", [tag, false]);
    return block === null ? null : { ...block, number: Number(block.number) };
  }

  /** On the ledger's own chain no further than intents are known: a later one may want the event. */
  #reach(head: ChainBlock | null): number {
    const { store, ledger } = this.#parts;
    const { chainId } = this.#options;
    const newest = head?.number ?? -1;
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

  async #find(watched: readonly Watched[], from: number, to: number): Promise<Found> {
    const filter = {
      address: [...new Set(watched.map(({ trigger }) => trigger.contract))],
      topics: [[...new Set(watched.map(({ trigger }) => trigger.topic0))]],
      fromBlock: `0x${from.toString(16)}`,
      toBlock: `0x${to.toString(16)}`,
    };
    const logs = await this.#parts.rpc.request<readonly ChainLog[]>("eth_getLogs", [filter]);
    const reader = new EventReader(this.#parts.rpc);
    const rows = await Promise.all(logs.map((log) => this.#rowsOf(log, watched, reader)));
    const hashes = new Map(logs.map((log) => [Number(log.blockNumber), log.blockHash]));
    return { rows: rows.flat(), hashes };
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
