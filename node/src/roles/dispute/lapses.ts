import type { Hex } from "@deed/protocol/encoding";
import { LedgerReader } from "../../judge/ledger-reader.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DisputeContext } from "./dispute-context.ts";

/** An action for which a claim answers that holds no record of it. */
export interface Lapse {
  readonly batchNo: number;
  readonly executionId: Hex;
  readonly step: number;
}

/** Block time is in whole seconds, and the head may be a little old. */
const MARGIN_SEC = 2;
/** How far back a node looks after it was down. */
const LOOK_BACK_SEC = 3600;
/** A contract that still refuses it by then has punished it, or never will. */
const GIVE_UP_SEC = 3600;
/** What the contract refused is asked again. */
const AGAIN_MS = 10_000;

/** Finds what was done through the gateway and stands in no record (spec 07). */
export class Lapses {
  readonly #context: DisputeContext;
  /** Batches whose turns ended up to here were looked at. */
  #lookedUntilSec: number | null = null;
  #open: readonly (Lapse & { readonly sinceSec: number })[] = [];

  constructor(context: DisputeContext) {
    this.#context = context;
  }

  /** @returns what the contract would punish now. Errors: RpcError. */
  async look(): Promise<readonly Lapse[]> {
    const nowSec = Math.floor(this.#context.clock.nowMs() / 1000);
    const untilSec = nowSec - this.#turnsSec();
    const fromSec = this.#lookedUntilSec ?? untilSec - LOOK_BACK_SEC;
    const found = (await Promise.all(this.#over(fromSec, untilSec).map((b) => this.#of(b)))).flat();
    this.#lookedUntilSec = Math.max(fromSec, untilSec);
    const all = [...this.#open, ...found.map((lapse) => ({ ...lapse, sinceSec: nowSec }))];
    this.#open = all.filter(({ sinceSec }) => nowSec < sinceSec + GIVE_UP_SEC);
    const due: Lapse[] = [];
    for (const lapse of this.#open) if (await this.#isDue(lapse)) due.push(lapse);
    return due;
  }

  /** When to look again, on a ledger where nothing happens any more; null when there is nothing to wait for. */
  nextMs(): number | null {
    const { store, clock } = this.#context;
    const lookedSec = Math.floor(clock.nowMs() / 1000) - this.#turnsSec();
    const deadlineSec = store.read.batches.nextDeadlineSec(lookedSec);
    const overMs = deadlineSec === null ? Infinity : (deadlineSec + this.#turnsSec()) * 1000;
    const againMs = this.#open.length === 0 ? Infinity : clock.nowMs() + AGAIN_MS;
    const nextMs = Math.min(overMs, againMs);
    return nextMs === Infinity ? null : nextMs;
  }

  /** From the end of a lease until every rank had its turn and a restart's time passed. */
  #turnsSec(): number {
    const { current, parameters } = this.#context.registry;
    const { deltaSec, verdictWindowSec } = parameters;
    return current.executorList.length * deltaSec + verdictWindowSec + MARGIN_SEC;
  }

  /** Batches whose deadline passed in between and that hold less than they claimed. */
  #over(fromSec: number, untilSec: number): readonly BatchRow[] {
    const { store } = this.#context;
    if (untilSec <= fromSec) return [];
    return store.read.batches
      .endedBetween(fromSec, untilSec)
      .filter((batch) => !batch.mine && batch.posted !== (1n << BigInt(batch.count)) - 1n);
  }

  async #of(batch: BatchRow): Promise<readonly Lapse[]> {
    const { ledger, store } = this.#context;
    const hasCalls = batch.items.some(({ intentNo }) => {
      const plan = store.read.intents.get({ intentNo })?.plan;
      return plan?.steps.some((step) => step.kind === "call") === true;
    });
    if (!hasCalls) return [];
    const lapses: Lapse[] = [];
    for (const event of await new LedgerReader(ledger).actionsOf(batch)) {
      const { executionId, step } = event;
      const by = event.name === "Acted" ? await ledger.doneBy(executionId, step) : null;
      const isOpen =
        by?.batchNo === batch.batchNo && ((batch.posted >> BigInt(by.index)) & 1n) === 0n;
      if (isOpen) lapses.push({ batchNo: batch.batchNo, executionId, step });
    }
    // One lapse over many executions is one.
    return lapses.slice(0, 1);
  }

  /** The contract alone knows whether somebody may still adopt it, and whether it was punished. */
  async #isDue({ executionId, step }: Lapse): Promise<boolean> {
    const { ledger, calls } = this.#context;
    const { to, data } = calls.actedWithoutRecord(executionId, step);
    try {
      await ledger.rpc.request("eth_call", [{ to, data }, "pending"]);
      return true;
    } catch {
      return false;
    }
  }
}
