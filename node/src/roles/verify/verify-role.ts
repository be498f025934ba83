import { RpcError } from "@deed/sdk";
import type { CommitmentMessage, VerdictMessage } from "../../peers/messages.ts";
import { SignerError } from "../../signer/signer-error.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import { turnAt } from "../purpose-turn.ts";
import type { Role } from "../role.ts";
import { DutyDrawer } from "./draw-duties.ts";
import { DutyTurns } from "./duty-turns.ts";
import {
  commitmentMessage,
  heldCommitments,
  heldVerdicts,
  keepCommitment,
  keepVerdict,
  offerCommitment,
  offerVerdict,
  signVerdict,
} from "./exchange.ts";
import { FallBack, isCurrent, seatVerdicts } from "./fall-back.ts";
import { commitDuty, judgeDuty } from "./judge-duty.ts";
import { SecondVerdicts } from "./second-signatures.ts";
import type { VerifyContext } from "./verify-context.ts";

/** How long to wait before something that was not answered is said again. */
const REPEAT_MS = 500;
/** The same after an error. */
const RETRY_MS = 2_000;
/** All verdicts are here, and still nothing is on the ledger. */
const FINALISE_AGAIN_MS = 5_000;
const CONCURRENT_DUTIES = 8;
const OPEN_BATCHES = 256;

/** Sits on committees: recomputes, commits, reveals, posts (spec 06). */
export class VerifyRole implements Role {
  readonly name = "verify";
  readonly #context: VerifyContext;
  readonly #drawer: DutyDrawer;
  readonly #fallBack: FallBack;
  readonly #seconds: SecondVerdicts;
  readonly #turns = new DutyTurns();
  /** Duties that something is being done for. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(context: VerifyContext) {
    this.#context = context;
    this.#drawer = new DutyDrawer(context);
    this.#seconds = new SecondVerdicts(context);
    this.#fallBack = new FallBack(context, { drawer: this.#drawer });
  }

  async run(signal: AbortSignal): Promise<void> {
    const waker = this.#context.wakers.of(this.name);
    while (!signal.aborted) {
      await this.#drawer.look();
      this.#startDuties(signal);
      const fallBackMs = await this.#driveFallBacks(signal);
      await waker.wait(this.#nextMs(fallBackMs), signal);
    }
    await Promise.allSettled(this.#busy.values());
  }

  /** A peer's commitment. @returns this node's own for the same draw, when it has one. */
  async commitment(from: number, message: CommitmentMessage): Promise<CommitmentMessage | null> {
    const { store, nodeNo } = this.#context;
    const { batchNo, draw } = message;
    const isKnown = store.read.commitments.get({ batchNo, draw, nodeNo: from }) !== null;
    if (message.nodeNo !== from || !(await keepCommitment(this.#context, message))) return null;
    if (!isKnown) this.#prompt(message);
    const own = store.read.commitments.get({ batchNo, draw, nodeNo });
    return own === null ? null : commitmentMessage(own);
  }

  /** A peer's verdict. */
  async verdict(from: number, message: VerdictMessage): Promise<void> {
    if (message.nodeNo !== from) return;
    const { batchNo, draw, commitmentsHash } = message;
    const known = this.#context.store.read.verdicts.get({ batchNo, draw, nodeNo: from });
    // What is said again calls for no answer: two seats that wait for a third would never stop.
    const isKnown = known?.commitmentsHash === commitmentsHash;
    const isKept = await keepVerdict(this.#context, message);
    await this.#seconds.note(message, isKept);
    if (isKept && !isKnown) this.#prompt(message);
  }

  #prompt(duty: Pick<DutyRow, "batchNo" | "draw">): void {
    this.#turns.prompt(keyOf(duty));
    this.#context.wakers.of(this.name).wake();
  }

  #startDuties(signal: AbortSignal): void {
    const { store, clock, wakers } = this.#context;
    const nowMs = clock.nowMs();
    const open = store.read.duties.due(nowMs, OPEN_BATCHES);
    this.#turns.keep(new Set(open.map(keyOf)));
    for (const duty of open) {
      const key = keyOf(duty);
      if (this.#busy.has(key) || this.#busy.size >= CONCURRENT_DUTIES) continue;
      if (!this.#turns.isDue(key, nowMs)) continue;
      this.#turns.begin(key);
      const done = this.#serve(duty, signal)
        .catch((error: unknown) => this.#onError(duty, error, signal))
        .finally(() => {
          this.#busy.delete(key);
          wakers.of(this.name).wake();
        });
      this.#busy.set(key, done);
    }
  }

  /** Goes as far as it can with one duty, then says when to come back. */
  async #serve(duty: DutyRow, signal: AbortSignal): Promise<void> {
    const { store } = this.#context;
    const { batchNo, draw } = duty;
    const batch = store.read.batches.get({ batchNo });
    if (!isCurrent(batch, duty)) return this.#end(duty);
    if (duty.state === "drawn") {
      const againMs = await judgeDuty(this.#context, batch, duty, signal);
      if (againMs !== null) return this.#comeBack(duty, againMs);
    }
    if (duty.state === "judged") await commitDuty(this.#context, duty);
    const committed = store.read.duties.get({ batchNo, draw }) ?? duty;
    const isFirst = duty.state === "drawn" || duty.state === "judged";
    const current = await this.#exchange(batch, committed, isFirst, signal);
    const isPosted = current.state === "revealed" && (await this.#finalise(batch, current));
    return this.#comeBack(duty, isPosted ? REPEAT_MS * 4 : REPEAT_MS);
  }

  /** Commitments first; a verdict is shown when all of them are here. */
  async #exchange(
    batch: BatchRow,
    duty: DutyRow,
    isFirst: boolean,
    signal: AbortSignal,
  ): Promise<DutyRow> {
    const { store, clock } = this.#context;
    const { batchNo, draw } = duty;
    if (duty.state === "revealed") {
      if (heldVerdicts(this.#context, duty) === null) {
        await offerVerdict(this.#context, duty, signal);
      }
      return duty;
    }
    if (duty.state !== "committed") return duty;
    await offerCommitment(this.#context, duty, isFirst, signal);
    const commitments = heldCommitments(this.#context, duty);
    // Verdicts are shown to peers before the fall-back only.
    const endMs = this.#fallBack.windowEndMs(batch) ?? Number.POSITIVE_INFINITY;
    if (commitments === null || clock.nowMs() >= endMs) return duty;
    await signVerdict(this.#context, batch, duty, commitments);
    const revealed = store.read.duties.get({ batchNo, draw }) ?? duty;
    if (revealed.state === "revealed") await offerVerdict(this.#context, revealed, signal);
    return revealed;
  }

  /** The first seat posts at once, the others in turn. @returns whether all verdicts are here. */
  async #finalise(batch: BatchRow, duty: DutyRow): Promise<boolean> {
    const { clock, registry, calls, transactions, nodeNo } = this.#context;
    const verdicts = heldVerdicts(this.#context, duty);
    if (verdicts === null || batch.recordBlockHash === null) return false;
    const newestMs = Math.max(...verdicts.map((verdict) => verdict.receivedMs));
    const turnMs = newestMs + duty.seat * registry.parameters.deltaSec * 1000;
    if (clock.nowMs() < turnMs) return false;
    const { seats, reports } = seatVerdicts(verdicts);
    const turn = turnAt(clock.nowMs(), turnMs, FINALISE_AGAIN_MS);
    await transactions.wish({
      purpose: `finalise:${batch.batchNo}:${duty.draw}:${nodeNo}:${turn}`,
      call: calls.finalise(batch.batchNo, batch.recordBlockHash, seats, reports),
      gas: null,
    });
    return true;
  }

  async #driveFallBacks(signal: AbortSignal): Promise<number | null> {
    const { store, clock, logger } = this.#context;
    let next: number | null = null;
    for (const batch of store.read.batches.waiting(OPEN_BATCHES)) {
      if (signal.aborted) break;
      const turnMs = this.#fallBack.turnMs(batch);
      if (turnMs === null) continue;
      if (clock.nowMs() < turnMs) {
        next = Math.min(next ?? turnMs, turnMs);
        continue;
      }
      try {
        await this.#fallBack.drive(batch);
      } catch (error) {
        const { batchNo } = batch;
        logger.warn("The fall-back's step failed", { batchNo, error: String(error) });
        // An endpoint that is away is away for the other batches, too.
        if (isUnreachable(error)) return clock.nowMs() + RETRY_MS;
      }
      const againMs = clock.nowMs() + REPEAT_MS * 2;
      next = Math.min(next ?? againMs, againMs);
    }
    return next;
  }

  /** When a duty wants something next. Those under way wake the role when they are done. */
  #nextMs(fallBackMs: number | null): number | null {
    if (this.#busy.size >= CONCURRENT_DUTIES) return fallBackMs;
    const nextMs = this.#turns.nextMs(this.#busy);
    if (nextMs === null) return fallBackMs;
    return fallBackMs === null ? nextMs : Math.min(nextMs, fallBackMs);
  }

  async #onError(duty: DutyRow, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { logger } = this.#context;
    const { batchNo, draw } = duty;
    if (error instanceof SignerError && error.failure.code === "E_EQUIVOCATION") {
      // A store that was lost has lost the salt, too: this seat can only be silent.
      logger.error("The signer knows another finding for this seat", { batchNo, draw });
      return this.#end(duty);
    }
    logger.warn("A duty's step failed, trying again", { batchNo, draw, error: String(error) });
    this.#comeBack(duty, RETRY_MS);
  }

  #comeBack(duty: DutyRow, afterMs: number): void {
    this.#turns.comeBack(keyOf(duty), this.#context.clock.nowMs() + afterMs);
  }

  async #end({ batchNo, draw }: DutyRow): Promise<void> {
    const { store, clock } = this.#context;
    await store.write((tables) =>
      tables.duties.update({ batchNo, draw }, { state: "ended", updatedMs: clock.nowMs() }),
    );
  }
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return error.failure.code === "RPC_UNREACHABLE" || error.failure.code === "RPC_TIMEOUT";
}

function keyOf({ batchNo, draw }: Pick<DutyRow, "batchNo" | "draw">): string {
  return `${batchNo}:${draw}`;
}
