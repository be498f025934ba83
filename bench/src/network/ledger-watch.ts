import { type ExecutionStory, LedgerStory } from "@deed/devnet";
import type { Hex } from "@deed/protocol/encoding";
import { createRpc, type Ledger, type Rpc } from "@deed/sdk";
import { BenchError } from "../row.ts";

/** When an execution got how far, as a client sees it; times of `performance.now()`. */
export interface Progress {
  readonly recordedMs: number;
  readonly finalMs: number;
  readonly batchNo: number;
}

interface Waiting {
  recordedMs: number;
  resolve(progress: Progress): void;
  reject(error: Error): void;
}

/** Reads the ledger block by block as it grows, and tells who waits for an execution. */
export class LedgerWatch {
  readonly #ledger: Ledger;
  readonly #waits: Rpc;
  readonly #story: LedgerStory;
  readonly #waiting = new Map<Hex, Waiting>();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    // On a connection of its own: calls of one turn travel together, and these take long.
    this.#waits = createRpc({ url: ledger.rpc.url }, { fetch });
    this.#story = new LedgerStory(ledger.deployment);
  }

  start(): void {
    this.#running = this.#run().catch((error: Error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Resolves when the execution is final. Ask before it is fired. Errors: BenchError. */
  untilFinal(executionId: Hex, signal: AbortSignal): Promise<Progress> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(executionId);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      const end = (): void => signal.removeEventListener("abort", abort);
      this.#waiting.set(executionId, {
        recordedMs: Number.NaN,
        resolve: (progress) => {
          end();
          resolve(progress);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let next = this.#ledger.deployment.fromBlock;
    while (!signal.aborted) {
      try {
        next = await this.#readFrom(next, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #readFrom(from: number, signal: AbortSignal): Promise<number> {
    const head = await this.#waits.request<{ readonly number: Hex }>(
      "deed_waitUntil",
      [{ blockNumber: from }],
      signal,
    );
    const to = Number(head.number);
    for (const event of await this.#ledger.events(from, to)) {
      const changed = this.#story.apply(event, 0);
      for (const execution of changed) this.#tell(execution);
      this.#story.forget(changed);
    }
    return to + 1;
  }

  #tell({ executionId, state, batchNo }: ExecutionStory): void {
    const waiting = this.#waiting.get(executionId);
    if (waiting === undefined) return;
    const nowMs = performance.now();
    switch (state) {
      case "recorded":
        waiting.recordedMs = nowMs;
        break;
      case "final":
        this.#waiting.delete(executionId);
        waiting.resolve({ recordedMs: waiting.recordedMs, finalMs: nowMs, batchNo });
        break;
      case "disputed":
      case "void":
        this.#waiting.delete(executionId);
        waiting.reject(
          new BenchError({ code: "UNEXPECTED_RESULT", reason: `an execution is ${state}` }),
        );
        break;
      case "claimed":
      case "lost":
        break;
    }
  }
}
