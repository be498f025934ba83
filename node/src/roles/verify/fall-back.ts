import { commitmentsHash } from "@deed/protocol/encoding";
import type { LedgerCall, LedgerFallback } from "@deed/sdk";
import type { BatchRow, WaitingBatch } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import type { VerdictRow } from "../../store/verdicts.ts";
import { turnAt } from "../purpose-turn.ts";
import { seatNode } from "./committee.ts";
import type { DutyDrawer } from "./draw-duties.ts";
import { signVerdict } from "./exchange.ts";
import type { VerifyContext } from "./verify-context.ts";

const PHASE = { none: 0, commit: 1, reveal: 2, waitRound: 3 } as const;
const NO_COMMITMENT = /^0x0{64}$/;
/** What could not pass a block ago may pass now. */
const TURN_MS = 4_000;

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

  /** From when on the fall-back of a batch may be open; null while its round is open. */
  windowEndMs(batch: WaitingBatch): number | null {
    const { store, registry } = this.#context;
    if (batch.round === null) return null;
    const closedAtSec = store.read.rounds.get({ round: batch.round })?.closedAtSec ?? null;
    if (closedAtSec === null) return null;
    return (closedAtSec + registry.parameters.verdictWindowSec) * 1000;
  }

  /** When it is this node's turn to look after the fall-back; null while the round is open. */
  turnMs(batch: WaitingBatch): number | null {
    const endMs = this.windowEndMs(batch);
    // A second more than the contract asks: block time is in whole seconds.
    return endMs === null ? null : endMs + 1000 + this.#patienceMs();
  }

  /** One step for one batch. */
  async drive(waiting: WaitingBatch): Promise<void> {
    const { ledger, calls, store } = this.#context;
    const { batchNo, draw } = waiting;
    const state = await ledger.fallbackOf(batchNo);
    const batch = store.read.batches.get({ batchNo });
    // The store may be a block behind: the fall-back may already be another draw's.
    if (batch === null || batch.draw !== draw || batch.status !== "recorded") return;
    switch (state.phase) {
      case PHASE.none:
        return this.#send(`fallback:${batchNo}:${draw}`, calls.openFallback(batchNo));
      case PHASE.commit:
        await this.#drawer.lose(batch, state.seats);
        await this.#drawer.take(
          state.replacements === 0 ? batch : { ...batch, round: state.round },
          state.seats,
          state.replacements,
        );
        await this.#postCommitments(batch, state);
        return this.#advanceWhenOver(batch, state);
      case PHASE.reveal:
        await this.#reveal(batch, state);
        return this.#advanceWhenOver(batch, state);
      case PHASE.waitRound:
        return this.#seatReplacements(batch, state);
      default:
        return;
    }
  }

  /** Its own commitment at once; after a while others' that it holds: a signed one counts against silence. */
  async #postCommitments(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { store, registry, calls, operatorNo, clock } = this.#context;
    const { batchNo, draw } = batch;
    const openedMs = (state.deadlineSec - registry.parameters.verdictWindowSec) * 1000;
    const isForOthers = clock.nowMs() >= openedMs + this.#patienceMs();
    for (const [seat, sitting] of state.seats.entries()) {
      if (!NO_COMMITMENT.test(state.commitments[seat] ?? "0x")) continue;
      if (sitting !== operatorNo && !isForOthers) continue;
      const nodeNo = seatNode(registry, sitting);
      const row = nodeNo === null ? null : store.read.commitments.get({ batchNo, draw, nodeNo });
      if (row === null) continue;
      await this.#send(
        `fallback-commit:${batchNo}:${draw}:${state.replacements}:${row.nodeNo}`,
        calls.postCommitment(row),
      );
    }
  }

  async #reveal(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { store, nodeNo, operatorNo, calls, hasher } = this.#context;
    const { batchNo, draw, recordBlockHash } = batch;
    const seat = state.seats.indexOf(operatorNo);
    const isRevealed = ((state.revealedMask >> seat) & 1) === 1;
    if (seat < 0 || isRevealed || recordBlockHash === null) return;
    const duty = store.read.duties.get({ batchNo, draw });
    if (duty === null || duty.commitment !== state.commitments[seat]) return;
    // The set on the ledger counts: seats were replaced, or one sent another commitment than here.
    if (duty.commitmentsHash !== commitmentsHash(state.commitments, hasher)) {
      await signVerdict(this.#context, batch, duty, state.commitments);
    }
    const own = store.read.verdicts.get({ batchNo, draw, nodeNo });
    if (own === null) return;
    const call = calls.revealVerdict(batchNo, recordBlockHash, own, own.report);
    await this.#send(`fallback-reveal:${batchNo}:${draw}:${state.replacements}`, call);
  }

  async #advanceWhenOver(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const atMs = (state.deadlineSec + 2) * 1000 + this.#patienceMs();
    if (this.#context.clock.nowMs() >= atMs) await this.#advance(batch, state);
  }

  /** The new seats are drawn by a round of their own. */
  async #seatReplacements(batch: BatchRow, state: LedgerFallback): Promise<void> {
    const { store, clock } = this.#context;
    const round = store.read.rounds.get({ round: state.round });
    if (round?.closedAtSec == null) return;
    const atMs = round.closedAtSec * 1000 + this.#patienceMs();
    if (clock.nowMs() >= atMs) await this.#advance(batch, state);
  }

  #advance({ batchNo, draw }: BatchRow, state: LedgerFallback): Promise<void> {
    const purpose = `fallback-advance:${batchNo}:${draw}:${state.phase}:${state.replacements}`;
    return this.#send(purpose, this.#context.calls.advanceFallback(batchNo));
  }

  /** Operators go one after the other, so that the second finds it done. */
  #patienceMs(): number {
    const { registry, operatorNo } = this.#context;
    const position = Math.max(0, registry.current.verifierList.indexOf(operatorNo));
    return position * registry.parameters.deltaSec * 1000;
  }

  async #send(subject: string, call: LedgerCall): Promise<void> {
    const { transactions, clock } = this.#context;
    const turn = turnAt(clock.nowMs(), 0, TURN_MS);
    await transactions.wish({ purpose: `${subject}:${turn}`, call, gas: null });
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
