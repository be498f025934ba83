import type { Hex } from "@deed/protocol/encoding";
import type { Signer } from "../signer/signer-api.ts";
import { Outbox, type TransactionWish } from "./outbox.ts";
import type { OutboxOptions, OutboxParts } from "./outbox-parts.ts";
import { type TransactionEnd, TransactionEnds } from "./transaction-ends.ts";

export interface ActionOutboxesParts extends Omit<OutboxParts, "ends"> {
  /** The action key that the registry names now. */
  readonly actionKey: () => Hex;
}

/**
 * One outbox for each action key that the signer holds: a wish goes out under the key that is in force, and what
 * lies under an older one is sent until it ends. What lies under a key that the signer has no more is wished anew.
 */
export class ActionOutboxes {
  readonly #options: OutboxOptions;
  readonly #parts: ActionOutboxesParts;
  readonly #ends: TransactionEnds;
  readonly #outboxes = new Map<Hex, Outbox>();
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | null = null;

  constructor(options: OutboxOptions, parts: ActionOutboxesParts) {
    this.#options = options;
    this.#parts = parts;
    this.#ends = new TransactionEnds(parts.store.read);
  }

  /** Resolves when the wish is on the disk. */
  wish(wish: TransactionWish): Promise<void> {
    return this.#of(this.#parts.actionKey()).wish(wish);
  }

  /** Resolves at the end of a wish, also when it was long ago. Rejects when the signal aborts. */
  ended(purpose: string, signal: AbortSignal): Promise<TransactionEnd> {
    return this.#ends.wait(purpose, signal);
  }

  /** Sends until the signal aborts, under every key that has something to send. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const { signer } = this.#parts;
    const { sets } = await signer.status();
    const held = sets.map(({ action }) => action);
    await this.#wishAnew(held);
    for (const action of held) this.#of(action);
    for (const outbox of this.#outboxes.values()) this.#running.push(outbox.run(signal));
    // More may be added while these run.
    for (let next = 0; next < this.#running.length; next += 1) await this.#running[next];
  }

  #of(action: Hex): Outbox {
    const key = action.toLowerCase() as Hex;
    const known = this.#outboxes.get(key);
    if (known !== undefined) return known;
    const signer = boundTo(this.#parts.signer, key);
    const made = new Outbox(this.#options, { ...this.#parts, signer, ends: this.#ends });
    this.#outboxes.set(key, made);
    if (this.#signal !== null) this.#running.push(made.run(this.#signal));
    return made;
  }

  async #wishAnew(held: readonly Hex[]): Promise<void> {
    const { store, logger, clock, actionKey } = this.#parts;
    const sender = actionKey();
    const left = store.read.transactions.openOfOthers(held);
    if (left.length === 0) return;
    logger.warn("Transactions of keys that are gone are sent anew", { count: left.length });
    const updatedMs = clock.nowMs();
    const fresh = { sender, nonce: null, raw: null, txHash: null, sentHashes: [] };
    await store.write(({ transactions }) => {
      for (const { id, state } of left) {
        // Nobody needs the nonces of a key that is gone.
        const next = state === "burning" ? ("burnt" as const) : ("queued" as const);
        transactions.update({ id }, { ...fresh, state: next, updatedMs });
      }
    });
  }
}

/** A signer of one action key. */
function boundTo(signer: OutboxParts["signer"], from: Hex): OutboxParts["signer"] {
  return {
    transaction: (transaction) => signer.transaction({ ...transaction, from }),
    burn: (burn) => signer.burn({ ...burn, from }),
    status: async (): ReturnType<Signer["status"]> => {
      const status = await signer.status();
      const set = status.sets.find(({ action }) => action.toLowerCase() === from);
      return { ...status, action: from, nextNonce: set?.nextNonce ?? 0 };
    },
  };
}
