import { type Hex, keccak256, wordHex } from "@deed/protocol/encoding";
import { parseTransaction } from "viem";
import type { TransactionReceipt } from "../store/transactions.ts";
import type { CallToTry, CurrentFees, LedgerPort, SendAnswer, Simulation } from "./ledger-port.ts";

interface Known {
  readonly raw: Hex;
  readonly txHash: Hex;
  readonly nonce: number;
  readonly data: Hex;
  readonly feeWei: bigint;
}

/** A chain with one sender, which mines when the test says so, or at once. */
export class TestChain implements LedgerPort {
  readonly mined: Known[] = [];
  readonly receipts = new Map<Hex, TransactionReceipt>();
  /** Every send, in order of arrival. */
  readonly sends: Hex[] = [];
  minesAtOnce = true;
  currentFees: CurrentFees = { baseFeePerGasWei: 0n, priorityFeePerGasWei: 0n };
  /** Call data that reverts in a simulation. */
  reverting = new Set<Hex>();
  /** Answers in place of the chain's, by call data. */
  answers = new Map<Hex, SendAnswer>();
  /** Errors to throw at the next calls, whatever they are. */
  outage = 0;
  #pool = new Map<number, Known>();
  #emptyBlocks = 0;
  #watchers: { readonly test: () => boolean; readonly resolve: () => void }[] = [];

  head(): Promise<number> {
    return this.#answer(() => this.mined.length + this.#emptyBlocks);
  }

  nonce(): Promise<number> {
    return this.#answer(() => this.mined.length);
  }

  fees(): Promise<CurrentFees> {
    return this.#answer(() => this.currentFees);
  }

  simulate(call: CallToTry): Promise<Simulation> {
    return this.#answer(() =>
      this.reverting.has(call.data)
        ? { kind: "reverts", reason: `no ${call.data}` }
        : { kind: "passes", gas: call.gas ?? 100_000 },
    );
  }

  send(raw: Hex): Promise<SendAnswer> {
    return this.#answer(() => {
      const transaction = parseTransaction(raw);
      const known: Known = {
        raw,
        txHash: keccak256(raw),
        nonce: transaction.nonce ?? 0,
        data: transaction.data ?? "0x",
        feeWei: transaction.maxFeePerGas ?? 0n,
      };
      this.sends.push(known.txHash);
      const answer = this.answers.get(known.data) ?? this.#take(known);
      this.#notify();
      return answer;
    });
  }

  receipt(txHash: Hex): Promise<TransactionReceipt | null> {
    return this.#answer(() => this.receipts.get(txHash) ?? null);
  }

  /** Mines what waits, in the order of the nonces. */
  mine(): void {
    for (;;) {
      const next = this.#pool.get(this.mined.length);
      if (next === undefined) break;
      this.#pool.delete(next.nonce);
      this.mined.push(next);
      this.receipts.set(next.txHash, {
        txHash: next.txHash,
        blockNumber: this.mined.length + this.#emptyBlocks,
        blockHash: wordHex(this.mined.length),
        success: true,
        gasUsed: 50_000,
        logs: [],
      });
    }
    this.#notify();
  }

  mineEmpty(count: number): void {
    this.#emptyBlocks += count;
  }

  /** Takes the newest transactions out of the chain, as if their blocks had never been. */
  drop(count: number): void {
    for (const { txHash } of this.mined.splice(this.mined.length - count)) {
      this.receipts.delete(txHash);
    }
  }

  /** Forgets what waits. */
  forget(): void {
    this.#pool.clear();
  }

  /** Resolves when the condition holds after a send or a block. */
  until(test: () => boolean): Promise<void> {
    if (test()) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ test, resolve }));
  }

  #take(known: Known): SendAnswer {
    if (known.nonce < this.mined.length) return { kind: "stale" };
    if (known.nonce > this.mined.length + this.#pool.size) return { kind: "early" };
    const waiting = this.#pool.get(known.nonce);
    if (waiting !== undefined && waiting.txHash !== known.txHash) {
      if (known.feeWei <= waiting.feeWei) {
        return { kind: "underpriced", reason: "replacement transaction underpriced" };
      }
    }
    this.#pool.set(known.nonce, known);
    if (this.minesAtOnce) this.mine();
    return { kind: "accepted" };
  }

  #notify(): void {
    this.#watchers = this.#watchers.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }

  // A turn of the event loop later, as over a network.
  #answer<T>(body: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        if (this.outage > 0) {
          this.outage -= 1;
          reject(new Error("no answer"));
          return;
        }
        resolve(body());
      });
    });
  }
}
