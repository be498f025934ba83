import type { Hex } from "@deed/protocol/encoding";
import type { TransactionEnd } from "../transaction-sender.ts";

/** A claim on its way, or mined and not yet read back by the watch role. */
export interface ClaimInFlight {
  readonly purpose: string;
  readonly executionIds: readonly Hex[];
  readonly sentMs: number;
  /** Null while it is on its way. */
  end: TransactionEnd | null;
}

/** Claims of this process that the store does not show yet. */
export class ClaimsInFlight {
  readonly #claims = new Map<string, ClaimInFlight>();

  /** Transactions that are not mined yet. */
  get sent(): number {
    let count = 0;
    for (const { end } of this.#claims.values()) if (end === null) count += 1;
    return count;
  }

  /** Executions whose claim is not known to have passed or failed. */
  get executions(): number {
    let count = 0;
    for (const { executionIds } of this.#claims.values()) count += executionIds.length;
    return count;
  }

  add(claim: ClaimInFlight): void {
    this.#claims.set(claim.purpose, claim);
  }

  end(purpose: string, end: TransactionEnd): void {
    const claim = this.#claims.get(purpose);
    if (claim !== undefined) claim.end = end;
  }

  /** Takes out the claims that ended and whose block the store has. */
  takeSettled(finalBlock: number): readonly ClaimInFlight[] {
    const settled = [...this.#claims.values()].filter(
      ({ end }) => end !== null && (end.kind === "never" || end.receipt.blockNumber <= finalBlock),
    );
    for (const { purpose } of settled) this.#claims.delete(purpose);
    return settled;
  }
}
