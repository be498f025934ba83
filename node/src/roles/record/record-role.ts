import { dutyBegin } from "../../signer/duty-begin.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { NodeContext } from "../context.ts";
import { recordAtMs } from "../lease-times.ts";
import type { Role } from "../role.ts";
import { DataAnswers } from "./answer-data.ts";
import { type DraftRecord, draftRecord, recordGas, signedRecord } from "./batch-record.ts";
import { KeeperPushes, type KeeperPushOptions } from "./keeper-pushes.ts";

export interface RecordOptions {
  readonly pushes: KeeperPushOptions;
  readonly retryMs: number;
}

/** Records batches whose executions are done, or those that are done when the lease nears its end. */
export class RecordRole implements Role {
  readonly name = "record";
  readonly #options: RecordOptions;
  readonly #context: NodeContext;
  /** Batches that are being recorded, or are left for good. */
  readonly #handled = new Set<number>();
  readonly #active = new Set<Promise<void>>();
  readonly #retryAtMs = new Map<number, number>();
  readonly #answers: DataAnswers;
  readonly #pushes: KeeperPushes;

  constructor(options: RecordOptions, context: NodeContext) {
    this.#options = options;
    this.#context = context;
    this.#answers = new DataAnswers(context);
    this.#pushes = new KeeperPushes(options.pushes, context);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { wakers, store } = this.#context;
    const waker = wakers.of(this.name);
    const unsubscribe = store.onCommit((touched) => {
      const isOurs = touched.has("runs") || touched.has("batches") || touched.has("challenges");
      if (isOurs) waker.wake();
    });
    this.#pushes.resume();
    try {
      while (!signal.aborted) {
        const answerMs = await this.#answers.look();
        const pushMs = this.#pushes.look(signal);
        await waker.wait(earliest(earliest(this.#turn(signal), answerMs), pushMs), signal);
      }
    } finally {
      unsubscribe();
      await Promise.allSettled(this.#active);
      await this.#pushes.settled();
      this.#handled.clear();
    }
  }

  /** @returns when the next batch is to be recorded at the latest. */
  #turn(signal: AbortSignal): number | null {
    const { store, clock, registry } = this.#context;
    const nowMs = clock.nowMs();
    const held = store.read.batches.mine("claimed");
    this.#forget(held);
    let nextMs: number | null = null;
    for (const batch of held) {
      if (this.#handled.has(batch.batchNo)) continue;
      const latestMs = recordAtMs(batch.deadlineSec, registry.parameters.leaseMarginSec);
      const retryMs = this.#retryAtMs.get(batch.batchNo) ?? 0;
      const isReady = this.#openExecutions(batch) === 0 || nowMs >= latestMs;
      if (isReady && nowMs >= retryMs) this.#track(this.#record(batch, signal), batch, signal);
      else nextMs = Math.min(nextMs ?? Number.MAX_SAFE_INTEGER, isReady ? retryMs : latestMs);
    }
    return nextMs;
  }

  #openExecutions(batch: BatchRow): number {
    const open = `batch_no = :batchNo AND
      (state = 'running' OR (state = 'claimed' AND reason IS NULL))`;
    return this.#context.store.read.executions.count(open, { batchNo: batch.batchNo });
  }

  async #record(batch: BatchRow, signal: AbortSignal): Promise<void> {
    const { store, signer, logger, calls, transactions } = this.#context;
    const { batchNo } = batch;
    const before = await signer.signedBatch(batchNo);
    const draft =
      before === null ? draftRecord(batch, store.read) : signedRecord(batch, before, store.read);
    if (draft === null) {
      logger.warn("Batch has nothing to record", { batchNo });
      return;
    }
    const { ledger, registry, nodeNo } = this.#context;
    const begin = await dutyBegin(registry, nodeNo, async () => {
      const { judgedAtSec } = await ledger.batch(batchNo);
      return judgedAtSec;
    });
    if (begin === null) {
      logger.error("A lease lapsed with the key that was revoked", { batchNo });
      return;
    }
    const [signed] = await Promise.all([
      signer.recordBatch({ ...draft.batch, ...begin }),
      this.#keep(batch, draft, signal),
    ]);
    const { posted, auditSeq, auditHead, signature } = signed;
    const { records } = draft.batch;
    const call = calls.record({ batchNo, posted, auditSeq, auditHead, records, signature });
    const purpose = `record:${batchNo}`;
    await transactions.wish({ purpose, call, gas: recordGas(records) });
    const end = await transactions.ended(purpose, signal);
    if (end.kind === "mined" && end.receipt.success) return;
    logger.error("Record was not taken", { batchNo, end: end.kind });
  }

  /** Stores the batch's bundle and gives it to its keepers, as far as they answer in time. */
  async #keep(batch: BatchRow, draft: DraftRecord, signal: AbortSignal): Promise<void> {
    const { store, clock, nodeNo, logger, config } = this.#context;
    const { batchNo } = batch;
    const { bundle } = draft;
    if (config.tamper === "withhold") {
      logger.warn("THIS NODE LIES: it gives out no bundle, for a demonstration", { batchNo });
      return;
    }
    if (bundle === null) {
      logger.error("Bundles of a signed batch are lost", { batchNo });
      return;
    }
    const row = { batchNo, complete: true, fromNode: nodeNo, receivedMs: clock.nowMs() };
    await Promise.all([
      store.write((tables) => tables.batchBundles.put({ ...row, body: bundle })),
      this.#pushes.give(batch, bundle, signal),
    ]);
  }

  #track(recorded: Promise<void>, batch: BatchRow, signal: AbortSignal): void {
    const { clock, wakers, logger } = this.#context;
    const { batchNo } = batch;
    this.#handled.add(batchNo);
    const ended = recorded
      .catch((error: unknown) => {
        if (signal.aborted || this.#isOver(batch)) return;
        logger.error("Recording failed, to be tried again", { batchNo, error });
        this.#retryAtMs.set(batchNo, clock.nowMs() + this.#options.retryMs);
        this.#handled.delete(batchNo);
      })
      .then(() => {
        this.#active.delete(ended);
        wakers.of(this.name).wake();
      });
    this.#active.add(ended);
  }

  #isOver(batch: BatchRow): boolean {
    return this.#context.clock.nowMs() > batch.deadlineSec * 1000;
  }

  #forget(held: readonly BatchRow[]): void {
    const numbers = new Set(held.map((batch) => batch.batchNo));
    for (const batchNo of this.#handled) if (!numbers.has(batchNo)) this.#handled.delete(batchNo);
    for (const no of this.#retryAtMs.keys()) if (!numbers.has(no)) this.#retryAtMs.delete(no);
  }
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
