import { setTimeout as sleep } from "node:timers/promises";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { NodeContext } from "../context.ts";
import { effectsEndMs } from "../lease-times.ts";
import type { Role } from "../role.ts";
import type { Attempt } from "./attempt.ts";
import type { AttemptRunner } from "./attempt-runner.ts";
import { type RestartOptions, Restarts } from "./restarts.ts";
import { RunnableIntents } from "./runnable-intents.ts";
import { ignoresLeases, resendsRequests } from "./tamper.ts";

export interface ExecuteOptions {
  /** Attempts at one time. */
  readonly runs: number;
  /** Further starts of one attempt, when not the workflow failed. */
  readonly restarts: RestartOptions;
}

export interface ExecuteParts {
  readonly context: NodeContext;
  readonly runner: AttemptRunner;
}

/** What is left to start of a batch. */
interface OpenBatch {
  readonly batch: BatchRow;
  readonly waiting: ExecutionRow[];
}

/** Runs what this node holds. Every batch in the store is final: the watch role keeps no other. */
export class ExecuteRole implements Role {
  readonly name = "execute";
  readonly #options: ExecuteOptions;
  readonly #context: NodeContext;
  readonly #runner: AttemptRunner;
  readonly #intents: RunnableIntents;
  readonly #open = new Map<number, OpenBatch>();
  readonly #active = new Set<Promise<void>>();

  constructor(options: ExecuteOptions, parts: ExecuteParts) {
    this.#options = options;
    this.#context = parts.context;
    this.#runner = parts.runner;
    this.#intents = new RunnableIntents(parts.context);
  }

  async run(signal: AbortSignal): Promise<void> {
    const waker = this.#context.wakers.of(this.name);
    const { store } = this.#context;
    const unsubscribe = store.onCommit((touched) => {
      if (touched.has("batches")) waker.wake();
    });
    try {
      while (!signal.aborted) {
        this.#refresh();
        this.#start(signal);
        await waker.wait(null, signal);
      }
    } finally {
      unsubscribe();
      await Promise.allSettled(this.#active);
      this.#open.clear();
    }
  }

  #refresh(): void {
    const held = this.#context.store.read.batches.mine("claimed");
    const numbers = new Set(held.map((batch) => batch.batchNo));
    for (const batchNo of this.#open.keys()) {
      if (!numbers.has(batchNo)) this.#open.delete(batchNo);
    }
    for (const batch of held) {
      if (this.#open.has(batch.batchNo) || this.#isOver(batch)) continue;
      this.#open.set(batch.batchNo, { batch, waiting: this.#runnable(batch) });
    }
  }

  #runnable(batch: BatchRow): ExecutionRow[] {
    const { executions, runs } = this.#context.store.read;
    return executions.ofBatch(batch.batchNo).filter((row) => {
      if (row.state !== "claimed" && row.state !== "running") return false;
      const run = runs.get({ executionId: row.executionId, attempt: row.attempt });
      return run?.state !== "abandoned";
    });
  }

  #start(signal: AbortSignal): void {
    for (const { batch, waiting } of this.#open.values()) {
      while (waiting.length > 0 && this.#active.size < this.#options.runs) {
        const row = waiting.shift();
        if (row === undefined || this.#isOver(batch)) continue;
        const attempt = this.#attempt(batch, row);
        this.#track(attempt === null ? this.#leave(row) : this.#perform(attempt, signal));
      }
    }
  }

  #attempt(batch: BatchRow, execution: ExecutionRow): Attempt | null {
    const intent = this.#intents.get(execution.intentNo);
    const { batchIndex: index } = execution;
    if (intent === null || index === null || execution.payload === null) return null;
    const isFirst = execution.attempt === 1;
    const { submitted, store, config } = this.#context;
    const isSubmitter = isFirst && (submitted.opened(batch, store.read) || resendsRequests(config));
    return { execution, batch, index, intent, isSubmitter };
  }

  async #leave({ executionId, payload }: ExecutionRow): Promise<void> {
    const reason = payload === null ? "OCCURRENCE_NOT_SEEN" : "PLAN_UNKNOWN";
    this.#context.logger.warn("Held execution cannot be run", { executionId, reason });
    await this.#context.store.write((tables) =>
      tables.executions.update({ executionId }, { reason }),
    );
  }

  async #perform(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { executionId, attempt: attemptNo } = attempt.execution;
    const { logger } = this.#context;
    const restarts = new Restarts(this.#options.restarts);
    for (let starts = 1; !signal.aborted; starts += 1) {
      const result = await this.#runner.run(attempt, signal);
      const ended =
        result.kind === "done" ? await this.#runner.finish(attempt, result) : result.failure;
      if (!("code" in ended)) {
        logger.debug("Execution done", { executionId, attempt: attemptNo, status: ended.status });
        return;
      }
      // The process ends: another one goes on from the journal.
      if (signal.aborted) return;
      logger.warn("Attempt stopped", { executionId, attempt: attemptNo, starts, failure: ended });
      const restMs = restarts.after(ended);
      if (restMs !== null) await sleep(restMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (restMs === null || this.#isOver(attempt.batch)) {
        await this.#runner.abandon(attempt, ended.code);
        return;
      }
    }
  }

  #track(performed: Promise<void>): void {
    const { wakers, logger } = this.#context;
    const ended = performed
      .catch((error: unknown) => logger.error("Attempt failed inside the node", { error }))
      .then(() => {
        this.#active.delete(ended);
        wakers.of(this.name).wake();
        wakers.of("record").wake();
      });
    this.#active.add(ended);
  }

  #isOver(batch: BatchRow): boolean {
    const { clock, registry, config } = this.#context;
    if (ignoresLeases(config)) return false;
    return clock.nowMs() >= effectsEndMs(batch.deadlineSec, registry.parameters.leaseMarginSec);
  }
}
