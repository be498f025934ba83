import type { Hex } from "@deed/protocol/encoding";
import type { ReadTables } from "../store/tables.ts";

/**
 * The mark of at-most-once steps: which claims this very process submitted. It lives in memory on
 * purpose; a store that was restored from a copy would remember what it must not (spec 04, "The mark").
 */
export class SubmittedClaims {
  readonly #processId: string;
  /** Purposes whose transaction is not known to be mined. */
  readonly #open = new Set<string>();
  readonly #mined = new Set<Hex>();
  #count = 0;

  constructor(processId: string) {
    this.#processId = processId;
  }

  /** A purpose for the next claim transaction of this process, remembered from now on. */
  next(): string {
    this.#count += 1;
    const purpose = `claim:${this.#processId}:${this.#count}`;
    this.#open.add(purpose);
    return purpose;
  }

  /** The transaction ended: mined under this hash, or never (null). */
  ended(purpose: string, txHash: Hex | null): void {
    if (this.#open.delete(purpose) && txHash !== null) this.#mined.add(txHash);
  }

  /** Did a claim of this process open the batch? */
  opened(batch: { readonly claimTx: Hex }, read: Pick<ReadTables, "transactions">): boolean {
    if (this.#mined.has(batch.claimTx)) return true;
    for (const purpose of this.#open) {
      const row = read.transactions.byPurpose(purpose);
      if (row?.txHash !== batch.claimTx && row?.receipt?.txHash !== batch.claimTx) continue;
      this.ended(purpose, batch.claimTx);
      return true;
    }
    return false;
  }
}
