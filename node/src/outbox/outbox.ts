import { setMaxListeners } from "node:events";
import type { Hex } from "@deed/protocol/encoding";
import type { Tables } from "../store/tables.ts";
import type { TransactionRow } from "../store/transactions.ts";
import { DURATION_BUCKETS } from "../telemetry/metrics.ts";
import { Bell } from "./bell.ts";
import { advance, type Flight } from "./flight.ts";
import { launchQueued } from "./launch.ts";
import {
  newRow,
  type OutboxContext,
  type OutboxOptions,
  type OutboxParts,
  withDefaults,
} from "./outbox-parts.ts";
import { recoverNonces } from "./recover-nonces.ts";
import { endOf, type TransactionEnd, TransactionEnds } from "./transaction-ends.ts";

/** A transaction that somebody wants. Asked twice for one purpose, it is one transaction. */
export interface TransactionWish {
  /** Its part before the first colon is the kind that metrics show. */
  readonly purpose: string;
  readonly call: { readonly to: Hex; readonly data: Hex; readonly valueWei: bigint };
  /** Gas limit; null leaves it to an estimate. */
  readonly gas: number | null;
}

/**
 * The one way out for the transactions of an action key. Purpose, nonce and bytes are on the disk before anything
 * is sent; then it is sent until it ends, also by the next process.
 */
export class Outbox {
  readonly #context: OutboxContext;
  readonly #ends: TransactionEnds;
  readonly #bell: Bell;
  readonly #flights = new Map<number, Flight>();
  readonly #moving = new Map<number, Promise<void>>();
  readonly #measure: (row: TransactionRow) => void;
  #sender: Hex | null = null;
  /** Null: store, signer and ledger have to be compared first. */
  #nextNonce: number | null = null;
  #isFirst = true;

  constructor(options: OutboxOptions, parts: OutboxParts) {
    this.#ends = parts.ends ?? new TransactionEnds(parts.store.read);
    this.#bell = new Bell(parts.clock);
    this.#measure = measured(parts);
    this.#context = {
      ...parts,
      options: withDefaults(options),
      change: (row, patch) => this.#change(row, patch),
    };
  }

  /** Resolves when the wish is on the disk: from here on it is sent until it ends. */
  async wish(wish: TransactionWish): Promise<void> {
    const { store, clock } = this.#context;
    const sender = await this.#ownAddress();
    await store.write(({ transactions }) => {
      if (transactions.byPurpose(wish.purpose) !== null) return;
      const { purpose, call, gas } = wish;
      const row = newRow(
        { id: transactions.nextId(), purpose, sender, gas, ...call },
        clock.nowMs(),
      );
      transactions.insert(row);
    });
    this.#bell.ring();
  }

  /** Resolves at the end of a wish, also when it was long ago. Rejects when the signal aborts. */
  ended(purpose: string, signal: AbortSignal): Promise<TransactionEnd> {
    return this.#ends.wait(purpose, signal);
  }

  /** Sends until the signal aborts; what is on its way then is sent again by the next run. */
  async run(signal: AbortSignal): Promise<void> {
    setMaxListeners(0, signal);
    while (!signal.aborted) {
      const untilMs = await this.#turn(signal).catch((error: unknown) =>
        this.#onError(error, signal),
      );
      await this.#bell.sleep(untilMs, signal);
    }
    await Promise.allSettled(this.#moving.values());
  }

  // @returns when there is something to do again; null: when the bell rings.
  async #turn(signal: AbortSignal): Promise<number | null> {
    const { store, options } = this.#context;
    const sender = await this.#ownAddress();
    this.#nextNonce ??= await recoverNonces(this.#context, sender, signal);
    const { transactions } = store.read;
    this.#moveAll(transactions.inFlight(sender), signal);
    const room = options.maxInFlight - this.#flights.size;
    const queued = room > 0 ? transactions.queued(sender, room) : [];
    if (queued.length > 0) {
      const nonce = this.#nextNonce;
      // Unknown until it is known to have worked: an error in between leaves signer and store apart.
      this.#nextNonce = null;
      this.#nextNonce = await launchQueued(this.#context, nonce, queued, signal);
      this.#moveAll(transactions.inFlight(sender), signal);
      this.#bell.ring();
    }
    this.#isFirst = false;
    return this.#nextDueMs();
  }

  // In the order of the nonces, within one turn of the event loop, so that they reach the chain so.
  #moveAll(rows: readonly TransactionRow[], signal: AbortSignal): void {
    const nowMs = this.#context.clock.nowMs();
    for (const row of rows) {
      const flight = this.#flightOf(row);
      if (this.#moving.has(row.id) || flight.dueAtMs > nowMs) continue;
      const moved = advance(this.#context, row, flight, signal)
        .catch((error: unknown) => this.#onMoveError(row, flight, error, signal))
        .finally(() => {
          this.#moving.delete(row.id);
          this.#bell.ring();
        });
      this.#moving.set(row.id, moved);
    }
  }

  #flightOf(row: TransactionRow): Flight {
    let flight = this.#flights.get(row.id);
    if (flight === undefined) {
      flight = { dueAtMs: 0, sentMs: null, isRecovered: this.#isFirst, misses: 0 };
      this.#flights.set(row.id, flight);
    }
    return flight;
  }

  #nextDueMs(): number | null {
    let nextMs: number | null = null;
    for (const [id, { dueAtMs }] of this.#flights) {
      if (this.#moving.has(id)) continue;
      nextMs = Math.min(nextMs ?? dueAtMs, dueAtMs);
    }
    return nextMs;
  }

  async #change(row: TransactionRow, patch: Partial<Omit<TransactionRow, "id">>): Promise<void> {
    const { store, clock } = this.#context;
    const updatedMs = clock.nowMs();
    const update = ({ transactions }: Tables): boolean =>
      transactions.update({ id: row.id }, { ...patch, updatedMs });
    // The ledger tells again what was mined.
    await (patch.state === "mined" ? store.writeDerived(update) : store.write(update));
    const changed = { ...row, ...patch, updatedMs };
    if (endOf(changed) === null) return;
    this.#flights.delete(row.id);
    this.#measure(changed);
    this.#ends.tell(row.purpose);
  }

  async #ownAddress(): Promise<Hex> {
    this.#sender ??= (await this.#context.signer.status()).action;
    return this.#sender;
  }

  #onError(error: unknown, signal: AbortSignal): number {
    const { logger, clock, options } = this.#context;
    if (!signal.aborted) logger.warn("Outbox could not go on", { error });
    this.#nextNonce = null;
    return clock.nowMs() + options.retryMs;
  }

  #onMoveError(row: TransactionRow, flight: Flight, error: unknown, signal: AbortSignal): void {
    const { logger, clock, options } = this.#context;
    flight.dueAtMs = clock.nowMs() + options.retryMs;
    if (!signal.aborted) logger.warn("Transaction waits", { purpose: row.purpose, error });
  }
}

function measured({ metrics }: OutboxParts): (row: TransactionRow) => void {
  const ended = metrics.counter("deed_outbox_transactions_total", "Transactions by kind and end", [
    "kind",
    "end",
  ]);
  const duration = metrics.histogram(
    "deed_outbox_transaction_seconds",
    "From the wish to the end",
    DURATION_BUCKETS,
    ["kind"],
  );
  return ({ kind, state, receipt, createdMs, updatedMs }) => {
    const end = state === "mined" && receipt?.success === false ? "reverted" : state;
    ended.inc({ kind, end });
    duration.observe({ kind }, (updatedMs - createdMs) / 1000);
  };
}
