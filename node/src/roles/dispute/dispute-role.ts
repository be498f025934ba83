import type { LedgerCall, LedgerDispute } from "@deed/sdk";
import { dutyBegin } from "../../signer/duty-begin.ts";
import type { DisputeRow } from "../../store/disputes.ts";
import type { Role } from "../role.ts";
import type { DisputeContext } from "./dispute-context.ts";
import { DisputeOpener } from "./open-disputes.ts";
import { decideVote, isVoter, phaseOf } from "./vote.ts";

const LOOK_MS = 1000;
const NOTHING = "0x";

/** Opens disputes, answers them, votes in them, resolves them (spec 07). */
export class DisputeRole implements Role {
  readonly name = "dispute";
  readonly #context: DisputeContext;
  readonly #opener: DisputeOpener;
  readonly #busy = new Map<number, Promise<void>>();

  constructor(context: DisputeContext) {
    this.#context = context;
    this.#opener = new DisputeOpener(context);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { wakers, store, clock } = this.#context;
    const waker = wakers.of(this.name);
    while (!signal.aborted) {
      const nextMs = await this.#lookForOpenings(signal);
      const open = store.read.disputes.open();
      for (const dispute of open) this.#serve(dispute, signal);
      const lookMs = open.length > 0 ? clock.nowMs() + LOOK_MS : null;
      await waker.wait(earliest(nextMs, lookMs), signal);
    }
    await Promise.allSettled(this.#busy.values());
  }

  async #lookForOpenings(signal: AbortSignal): Promise<number | null> {
    const { logger, clock } = this.#context;
    try {
      return await this.#opener.look();
    } catch (error) {
      if (!signal.aborted) logger.warn("Disputes could not be opened", { error: String(error) });
      return clock.nowMs() + LOOK_MS;
    }
  }

  #serve(dispute: DisputeRow, signal: AbortSignal): void {
    const { disputeNo } = dispute;
    if (this.#busy.has(disputeNo)) return;
    const done = this.#step(dispute, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const { logger } = this.#context;
        logger.warn("A dispute's step failed, trying again", { disputeNo, error: String(error) });
      })
      .finally(() => this.#busy.delete(disputeNo));
    this.#busy.set(disputeNo, done);
  }

  async #step(dispute: DisputeRow, signal: AbortSignal): Promise<void> {
    const { ledger, clock, operatorNo } = this.#context;
    // Windows may end early, so the ledger's word counts, not the stored one.
    const live = await ledger.dispute(dispute.disputeNo);
    if (live.status !== OPEN) return;
    if (operatorNo === dispute.accusedNo) await this.#answer(dispute, live, signal);
    const phase = phaseOf(live, clock.nowMs() / 1000);
    if (phase === "commit") await this.#commit(dispute, signal);
    if (phase === "reveal") await this.#reveal(dispute, signal);
    const isCounted = live.guilty + live.innocent === live.eligible;
    if (phase === "over" || isCounted) await this.#resolve(live, dispute, signal);
  }

  /** The bundle speaks for the accused; answering only spares everybody the wait. */
  async #answer(dispute: DisputeRow, live: LedgerDispute, signal: AbortSignal): Promise<void> {
    if (phaseOf(live, this.#context.clock.nowMs() / 1000) !== "response") return;
    const { calls } = this.#context;
    await this.#send(
      `respond:${dispute.disputeNo}:${this.#turn()}`,
      calls.respond(dispute.disputeNo, NOTHING),
      signal,
    );
  }

  async #commit(dispute: DisputeRow, signal: AbortSignal): Promise<void> {
    const { store, clock, calls } = this.#context;
    if (dispute.state !== "open" || !(await isVoter(this.#context, dispute))) return;
    const decided = await decideVote(this.#context, dispute, signal);
    if (decided?.myCommitment == null) return;
    const { disputeNo } = dispute;
    const call = calls.commitVote(disputeNo, decided.myCommitment);
    if (!(await this.#send(`vote-commit:${disputeNo}:${this.#turn()}`, call, signal))) return;
    await store.write((tables) =>
      tables.disputes.update({ disputeNo }, { state: "committed", updatedMs: clock.nowMs() }),
    );
  }

  async #reveal(dispute: DisputeRow, signal: AbortSignal): Promise<void> {
    const { store, clock, calls, signer, nodeNo } = this.#context;
    const { disputeNo, myFault, myLeaf, myReportHash, mySalt } = dispute;
    // A vote that was decided may have been committed to just before a crash: the ledger knows.
    if (dispute.state === "revealed" || myFault === null || myLeaf === null) return;
    if (myReportHash === null || mySalt === null) return;
    const vote = { disputeNo, fault: myFault, leaf: myLeaf, reportHash: myReportHash };
    const { ledger, registry } = this.#context;
    const begin = await dutyBegin(registry, nodeNo, async () => {
      const { openedAtSec } = await ledger.dispute(disputeNo);
      return openedAtSec;
    });
    if (begin === null) return;
    const { auditSeq, auditHead, signature } = await signer.vote({ ...vote, ...begin });
    const signed = { auditSeq, auditHead, signature };
    const call = calls.revealVote({ ...vote, nodeNo, salt: mySalt, ...signed });
    if (!(await this.#send(`vote-reveal:${disputeNo}:${this.#turn()}`, call, signal))) return;
    const updatedMs = clock.nowMs();
    await store.write((tables) =>
      tables.disputes.update({ disputeNo }, { state: "revealed", ...signed, updatedMs }),
    );
  }

  /** In turn, from the operator after the accused on. */
  async #resolve(live: LedgerDispute, dispute: DisputeRow, signal: AbortSignal): Promise<void> {
    const { registry, operatorNo, clock, calls } = this.#context;
    const { verifierList } = registry.current;
    const count = Math.max(1, verifierList.length);
    const position = Math.max(0, verifierList.indexOf(operatorNo));
    const rank = (position + count - (dispute.disputeNo % count)) % count;
    const isCounted = live.guilty + live.innocent === live.eligible;
    const sinceSec = isCounted ? live.commitEndsSec : live.revealEndsSec;
    const turnMs = (sinceSec + rank * registry.parameters.deltaSec) * 1000;
    if (clock.nowMs() < turnMs) return;
    const { disputeNo } = dispute;
    await this.#send(
      `resolve:${disputeNo}:${this.#turn()}`,
      calls.resolveDispute(disputeNo),
      signal,
    );
  }

  /** @returns whether it took effect. */
  async #send(purpose: string, call: LedgerCall, signal: AbortSignal): Promise<boolean> {
    const { transactions } = this.#context;
    await transactions.wish({ purpose, call, gas: null });
    const end = await transactions.ended(purpose, signal);
    return end.kind === "mined" && end.receipt.success;
  }

  /** What came a block too early may be sent again under another purpose a little later. */
  #turn(): number {
    return Math.floor(this.#context.clock.nowMs() / (2 * LOOK_MS));
  }
}

const OPEN = 1;

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
