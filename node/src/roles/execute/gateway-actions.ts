import type { GatewayAction, LedgerCalls } from "@deed/sdk";
import type { TransactionEnd, TransactionSender } from "../transaction-sender.ts";

export interface GatewayActionsOptions {
  /** Most gas of one transaction. */
  readonly gasPerTransaction: number;
  /** Act transactions on their way; further actions wait and travel together. */
  readonly inFlight: number;
}

export interface GatewayActionsParts {
  readonly calls: LedgerCalls;
  readonly transactions: TransactionSender;
}

interface Waiting {
  readonly purpose: string;
  readonly action: GatewayAction;
  readonly resolve: (end: TransactionEnd) => void;
  readonly reject: (error: unknown) => void;
}

/** What the gateway gives every target (Gateway.targetGas), with the part that calls keep back. */
const GAS_OF_TARGET = 1_680_000;
/** What the gateway asks for around the target's call, its reserves and a new vault included. */
const GAS_AROUND_ACTION = 420_000;
const GAS_OF_TRANSACTION = 100_000;

/** Puts actions that are ready together into one transaction. */
export class GatewayActions {
  readonly #options: GatewayActionsOptions;
  readonly #parts: GatewayActionsParts;
  readonly #signal: AbortSignal;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #isScheduled = false;

  constructor(options: GatewayActionsOptions, parts: GatewayActionsParts, signal: AbortSignal) {
    this.#options = options;
    this.#parts = parts;
    this.#signal = signal;
  }

  /** Resolves with the end of the transaction that held the action. */
  perform(purpose: string, action: GatewayAction): Promise<TransactionEnd> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ purpose, action, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    if (this.#inFlight >= this.#options.inFlight) return;
    this.#isScheduled = true;
    // After this turn's other actions have come.
    setImmediate(() => {
      this.#isScheduled = false;
      const batch = this.#take();
      if (batch.length > 0) this.#send(batch).catch(() => undefined);
      this.#schedule();
    });
  }

  #take(): readonly Waiting[] {
    let gas = GAS_OF_TRANSACTION;
    let count = 0;
    for (const { action } of this.#waiting) {
      gas += gasOf(action);
      if (count > 0 && gas > this.#options.gasPerTransaction) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const end = await this.#transact(batch);
      for (const { resolve } of batch) resolve(end);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }

  async #transact(batch: readonly Waiting[]): Promise<TransactionEnd> {
    const { calls, transactions } = this.#parts;
    const purpose = batch[0]?.purpose ?? "";
    const actions = batch.map(({ action }) => action);
    const gas = actions.reduce((sum, action) => sum + gasOf(action), GAS_OF_TRANSACTION);
    await transactions.wish({ purpose, call: calls.act(actions), gas });
    return transactions.ended(purpose, this.#signal);
  }
}

function gasOf(action: GatewayAction): number {
  const calldataGas = action.callData.length * 20;
  return GAS_OF_TARGET + GAS_AROUND_ACTION + calldataGas;
}
