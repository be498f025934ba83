import type { LedgerFallback } from "@deed/sdk";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import type { VerdictRow } from "../../store/verdicts.ts";
import { seatNode } from "./committee.ts";
import type { DutyDrawer } from "./draw-duties.ts";
import { signVerdict } from "./exchange.ts";
import type { VerifyContext } from "./verify-context.ts";

const PHASE = { none: 0, commit: 1, reveal: 2, waitRound: 3 } as const;
const NO_COMMITMENT = /^0x0{64}$/;

/**
 * The same verdict on the ledger, when a seat was silent (spec 06). Every node may drive it; what a
 * transaction finds done already is refused before it is sent.
 */
export class FallBack {
  readonly #context: VerifyContext;
  readonly #drawer: DutyDrawer;

  constructor(context: VerifyContext, parts: { readonly drawer: DutyDrawer }) {
    this.#context = context;
    this.#drawer = parts.drawer;
  }

  /** When this node may open the fall-back of a batch; null while its round is open. */
  opensAtMs(batch: BatchRow): number | null {
    const { store, registry, operatorNo } = this.#context;
    if (batch.round === null) return null;
    const closedAtSec = store.read.rounds.get({ round: batch.round })?.closedAtSec ?? null;
    if (closedAtSec === null) return null;
    const { verdictWindowSec, deltaSec } = registry.parameters;
    const turn = Math.max(0, registry.current.verifierList.indexOf(operatorNo));
    // A second more than the contract asks: block time is in whole seconds.
    return (closedAtSec + verdictWindowSec + 1 + turn * deltaSec) * 1000;
  }

  /** One step for one batch. */
  async drive(batch: BatchRow): Promise<void> {
    const { ledger, calls } = this.#context;
    const { batchNo, draw } = batch;
    const state = await ledger.fallbackOf(batchNo);
    switch (state.phase) {
      case PHASE.none:
        return this.#send(`fallback:${batchNo}:${draw}`, calls.openFallback(batchNo));
      case PHASE.commit:
        await this.#drawer.take(batch, state.seats, state.replacements);
        await this.#postCommitments(batch, state);
        return this.#advanceWhenOver(batch, state);
      case PHASE.reveal:
        await this.#reveal(batch, state);
        return this.#advanceWhenOver(batch, state);
      case PHASE.waitRound:
        return this.#advance(batch, state);
      default:
        return;
    }
  }

  /** Whatever commitments this node holds, its own and others': a signed one counts against silence. */
  async #postCommitments(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { store, registry, calls } = this.#context;
    const { batchNo, draw } = batch;
    for (const [seat, operatorNo] of state.seats.entries()) {
      if (!NO_COMMITMENT.test(state.commitments[seat] ?? "0x")) continue;
      const nodeNo = seatNode(registry, operatorNo);
      const row = nodeNo === null ? null : store.read.commitments.get({ batchNo, draw, nodeNo });
      if (row === null) continue;
      await this.#send(
        `fallback-commit:${batchNo}:${draw}:${state.replacements}:${row.nodeNo}`,
        calls.postCommitment(row),
      );
    }
  }

  async #reveal(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { store, nodeNo, operatorNo, calls } = this.#context;
    const { batchNo, draw, recordBlockHash } = batch;
    const seat = state.seats.indexOf(operatorNo);
    const isRevealed = ((state.revealedMask >> seat) & 1) === 1;
    if (seat < 0 || isRevealed || recordBlockHash === null) return;
    const duty = store.read.duties.get({ batchNo, draw });
    if (duty === null || duty.state === "drawn" || duty.state === "judged") return;
    if (duty.commitmentsHash === null) {
      await signVerdict(this.#context, batch, duty, state.commitments);
    }
    const own = store.read.verdicts.get({ batchNo, draw, nodeNo });
    if (own === null) return;
    const call = calls.revealVerdict(batchNo, recordBlockHash, own, own.report);
    await this.#send(`fallback-reveal:${batchNo}:${draw}:${state.replacements}`, call);
  }

  async #advanceWhenOver(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const nowSec = this.#context.clock.nowMs() / 1000;
    if (nowSec > state.deadlineSec + 1) await this.#advance(batch, state);
  }

  #advance(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { calls, clock } = this.#context;
    const { batchNo, draw } = batch;
    // A turn of its own every few seconds: the first may have come a block too early.
    const turn = Math.floor(clock.nowMs() / 4000);
    const purpose = `fallback-advance:${batchNo}:${draw}:${state.phase}:${state.replacements}:${turn}`;
    return this.#send(purpose, calls.advanceFallback(batchNo));
  }

  async #send(
    purpose: string,
    call: ReturnType<VerifyContext["calls"]["openFallback"]>,
  ): Promise<void> {
    await this.#context.transactions.wish({ purpose, call, gas: null });
  }
}

/** A verdict as `finalise` takes it. */
export function seatVerdicts(rows: readonly VerdictRow[]): {
  readonly seats: readonly VerdictRow[];
  readonly reports: readonly VerdictRow["report"][];
} {
  return { seats: rows, reports: rows.map((row) => row.report) };
}

/** Is the duty's draw the one that its batch waits for? */
export function isCurrent(batch: BatchRow | null, duty: DutyRow): batch is BatchRow {
  return batch !== null && batch.status === "recorded" && batch.draw === duty.draw;
}
