import type { Engine } from "./engine/engine.ts";
import type { Hex } from "./hex.ts";
import type { Transaction } from "./transaction/transaction.ts";

const limit = 10_000;

/** The next nonce of each sender at the head, asked once and then followed. */
export class NonceBook {
  readonly #nonces = new Map<Hex, number>();

  get known(): ReadonlyMap<Hex, number> {
    return this.#nonces;
  }

  async learn(engine: Engine, senders: Iterable<Hex>): Promise<void> {
    if (this.#nonces.size > limit) this.#nonces.clear();
    const asked = [...senders].filter((sender) => !this.#nonces.has(sender));
    await Promise.all(
      asked.map(async (sender) => {
        const nonce = await engine.request("eth_getTransactionCount", [sender, "latest"]);
        this.#nonces.set(sender, Number(nonce));
      }),
    );
  }

  /** Follows a block's transaction. */
  executed({ sender, nonce }: Transaction, included: boolean): void {
    if (included) this.#nonces.set(sender, nonce + 1);
  }

  clear(): void {
    this.#nonces.clear();
  }
}
