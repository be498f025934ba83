import { setMaxListeners } from "node:events";
import type { ReadTables } from "../store/tables.ts";
import type { TransactionReceipt, TransactionRow } from "../store/transactions.ts";

/** How a wish ended. A mined transaction may have reverted: see its receipt. */
export type TransactionEnd =
  | { readonly kind: "mined"; readonly receipt: TransactionReceipt }
  | { readonly kind: "never"; readonly reason: string };

/** Who waits for the end of which wish. */
export class TransactionEnds {
  readonly #read: ReadTables;
  readonly #waiting = new Map<string, Set<(end: TransactionEnd) => void>>();

  constructor(read: ReadTables) {
    this.#read = read;
  }

  /** Resolves at the end, also when it was long ago. Rejects when the signal aborts. */
  wait(purpose: string, signal: AbortSignal): Promise<TransactionEnd> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const known = endOf(this.#read.transactions.byPurpose(purpose));
      if (known !== null) {
        resolve(known);
        return;
      }
      // Every open wish of a role waits on the role's one signal.
      setMaxListeners(0, signal);
      const waiters = this.#waiting.get(purpose) ?? new Set();
      this.#waiting.set(purpose, waiters);
      const onEnd = (end: TransactionEnd): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(end);
      };
      const onAbort = (): void => {
        waiters.delete(onEnd);
        reject(signal.reason);
      };
      waiters.add(onEnd);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Tells those who wait for a wish that the store says has ended. */
  tell(purpose: string): void {
    const waiters = this.#waiting.get(purpose);
    const end = endOf(this.#read.transactions.byPurpose(purpose));
    if (waiters === undefined || end === null) return;
    this.#waiting.delete(purpose);
    for (const onEnd of waiters) onEnd(end);
  }
}

/** The end that a row tells of; null while it is open. */
export function endOf(row: TransactionRow | null): TransactionEnd | null {
  switch (row?.state) {
    case undefined:
    case "queued":
    case "signed":
    case "burning":
      return null;
    case "mined":
      return row.receipt === null ? null : { kind: "mined", receipt: row.receipt };
    case "failed":
    case "burnt":
      return { kind: "never", reason: reasonOf(row) };
  }
}

function reasonOf({ error }: TransactionRow): string {
  return typeof error === "string" ? error : "unknown";
}
