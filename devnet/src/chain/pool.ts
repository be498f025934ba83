import { ChainError, type ChainFailure } from "./error.ts";
import type { Hex } from "./hex.ts";
import type { Transaction } from "./transaction/transaction.ts";

/** A transaction that waits for its block, and who waits for it. */
export interface Entry {
  readonly transaction: Transaction;
  readonly arrivedMs: number;
  /** Resolves with the hash once the block is final. */
  readonly done: Promise<Hex>;
  accept(): void;
  refuse(failure: ChainFailure): void;
}

/** Bounds of the queue and of one block. */
export interface PoolLimits {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly maxGroup: number;
  readonly maxGroupBytes: number;
  readonly blockGasLimit: number;
  /** How long a transaction may wait for the one before it: senders may race themselves. */
  readonly gapGraceMs: number;
}

/** What a look at the queue gave. */
export interface Selection {
  /** In order of execution. */
  readonly group: Entry[];
  /** Their nonce is used; whether by themselves is for the caller to find out. */
  readonly stale: readonly { readonly entry: Entry; readonly expected: number }[];
}

/** Transactions in order of arrival, bounded. */
export class Pool {
  readonly #limits: PoolLimits;
  #queue: Entry[] = [];
  #queuedBytes = 0;
  readonly #known = new Map<Hex, Entry>();

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Queues a transaction; one that is known already gives its entry again. */
  add(transaction: Transaction, nowMs: number): Entry {
    const known = this.#known.get(transaction.hash);
    if (known !== undefined) return known;
    const bytes = this.#queuedBytes + transaction.raw.length;
    const { maxQueued: limit, maxQueuedBytes } = this.#limits;
    if (this.#known.size >= limit || bytes > maxQueuedBytes) {
      throw new ChainError({ code: "QUEUE_FULL", queued: this.#known.size, limit });
    }
    const entry = newEntry(transaction, nowMs, () => this.#known.delete(transaction.hash));
    this.#known.set(transaction.hash, entry);
    this.#queue.push(entry);
    this.#queuedBytes = bytes;
    return entry;
  }

  /** Whether nobody has settled the entry yet. */
  isOpen(entry: Entry): boolean {
    return this.#known.get(entry.transaction.hash) === entry;
  }

  /** Puts entries back whose block was never made. */
  putBack(entries: readonly Entry[]): void {
    this.#setQueue([...entries, ...this.#queue]);
  }

  senders(): Set<Hex> {
    return new Set(this.#queue.map((entry) => entry.transaction.sender));
  }

  /** The nonce that follows what waits or is being executed for this sender. */
  nonceAfter(sender: Hex, headNonce: number): number {
    const taken = new Set<number>();
    for (const { transaction } of this.#known.values()) {
      if (transaction.sender === sender) taken.add(transaction.nonce);
    }
    let next = headNonce;
    while (taken.has(next)) next++;
    return next;
  }

  /** Takes the next block's transactions out; refuses those whose predecessor did not come. */
  select(nonces: ReadonlyMap<Hex, number>, nowMs: number): Selection {
    const next = new Map(nonces);
    const group = new GroupBuilder(this.#limits);
    const stale: { entry: Entry; expected: number }[] = [];
    const judge = (entry: Entry): boolean => {
      const { sender, nonce } = entry.transaction;
      const expected = next.get(sender) ?? 0;
      if (nonce > expected || (nonce === expected && !group.offer(entry))) return false;
      if (nonce === expected) next.set(sender, expected + 1);
      else stale.push({ entry, expected });
      return true;
    };
    let waiting = this.#queue;
    for (let before = -1; before !== waiting.length; ) {
      before = waiting.length;
      waiting = waiting.filter((entry) => !judge(entry));
    }
    this.#setQueue(waiting.filter((entry) => !this.#refuseGap(entry, next, nowMs)));
    return { group: group.entries, stale };
  }

  /** When the oldest gap is to be refused; undefined when nothing waits. */
  nextDueMs(): number | undefined {
    const oldest = this.#queue[0];
    return oldest === undefined
      ? undefined
      : this.#queue.reduce((min, entry) => Math.min(min, entry.arrivedMs), oldest.arrivedMs) +
          this.#limits.gapGraceMs;
  }

  refuseAll(failure: ChainFailure): void {
    for (const entry of [...this.#known.values()]) entry.refuse(failure);
    this.#setQueue([]);
  }

  #refuseGap(entry: Entry, next: ReadonlyMap<Hex, number>, nowMs: number): boolean {
    const { sender, nonce: actual } = entry.transaction;
    const expected = next.get(sender) ?? 0;
    if (actual <= expected || nowMs < entry.arrivedMs + this.#limits.gapGraceMs) return false;
    entry.refuse({ code: "NONCE_GAP", sender, expected, actual });
    return true;
  }

  #setQueue(queue: Entry[]): void {
    this.#queue = queue;
    this.#queuedBytes = queue.reduce((sum, entry) => sum + entry.transaction.raw.length, 0);
  }
}

/** Collects entries up to a block's bounds; once something does not fit, nothing does. */
class GroupBuilder {
  readonly entries: Entry[] = [];
  readonly #limits: PoolLimits;
  #bytes = 0;
  #gas = 0;
  #full = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  offer(entry: Entry): boolean {
    const bytes = this.#bytes + entry.transaction.raw.length;
    const gas = this.#gas + entry.transaction.gasLimit;
    const { maxGroup, maxGroupBytes, blockGasLimit } = this.#limits;
    this.#full ||= this.entries.length >= maxGroup || gas > blockGasLimit;
    this.#full ||= this.entries.length > 0 && bytes > maxGroupBytes;
    if (this.#full) return false;
    this.entries.push(entry);
    this.#bytes = bytes;
    this.#gas = gas;
    return true;
  }
}

function newEntry(transaction: Transaction, arrivedMs: number, settled: () => void): Entry {
  let resolve: (hash: Hex) => void = () => {};
  let reject: (error: ChainError) => void = () => {};
  const done = new Promise<Hex>((onAccept, onRefuse) => {
    resolve = onAccept;
    reject = onRefuse;
  });
  return {
    transaction,
    arrivedMs,
    done,
    accept: () => {
      settled();
      resolve(transaction.hash);
    },
    refuse: (failure) => {
      settled();
      reject(new ChainError(failure));
    },
  };
}
