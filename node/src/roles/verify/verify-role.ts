import type { CommitmentMessage, VerdictMessage } from "../../peers/messages.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import type { Role } from "../role.ts";
import { DutyDrawer } from "./draw-duties.ts";
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
import type { VerifyContext } from "./verify-context.ts";

/** How long to wait before something that was not answered is said again. */
const REPEAT_MS = 500;
const CONCURRENT_DUTIES = 8;
const OPEN_BATCHES = 256;

/** Sits on committees: recomputes, commits, reveals, posts (spec 06). */
export class VerifyRole implements Role {
  readonly name = "verify";
  readonly #context: VerifyContext;
  readonly #drawer: DutyDrawer;
  readonly #fallBack: FallBack;
  /** Duties that something is being done for. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(context: VerifyContext) {
    this.#context = context;
    this.#drawer = new DutyDrawer(context);
    this.#fallBack = new FallBack(context, { drawer: this.#drawer });
  }

  async run(signal: AbortSignal): Promise<void> {
    const waker = this.#context.wakers.of(this.name);
    while (!signal.aborted) {
      await this.#drawer.look();
      this.#startDuties(signal);
      const fallBackMs = await this.#driveFallBacks();
      await waker.wait(this.#nextMs(fallBackMs), signal);
    }
    await Promise.allSettled(this.#busy.values());
  }

  /** A peer's commitment. @returns this node's own for the same draw, when it has one. */
  async commitment(from: number, message: CommitmentMessage): Promise<CommitmentMessage | null> {
    if (message.nodeNo !== from || !(await keepCommitment(this.#context, message))) return null;
    const { store, nodeNo, wakers } = this.#context;
    wakers.of(this.name).wake();
    const { batchNo, draw } = message;
    const own = store.read.commitments.get({ batchNo, draw, nodeNo });
    return own === null ? null : commitmentMessage(own);
  }

  /** A peer's verdict. */
  async verdict(from: number, message: VerdictMessage): Promise<void> {
    if (message.nodeNo !== from) return;
    if (await keepVerdict(this.#context, message)) this.#context.wakers.of(this.name).wake();
  }

  #startDuties(signal: AbortSignal): void {
    const { store, clock, logger, wakers } = this.#context;
    for (const duty of store.read.duties.due(clock.nowMs(), OPEN_BATCHES)) {
      const key = `${duty.batchNo}:${duty.draw}`;
      if (this.#busy.has(key) || this.#busy.size >= CONCURRENT_DUTIES) continue;
      const done = this.#serve(duty, signal)
        .catch((error: unknown) => {
          if (signal.aborted) return;
          logger.warn("A duty's step failed, trying again", { key, error: String(error) });
        })
        .finally(() => {
          this.#busy.delete(key);
          wakers.of(this.name).wake();
        });
      this.#busy.set(key, done);
    }
  }

  /** Goes as far as it can with one duty, then says when to come back. */
  async #serve(duty: DutyRow, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#context;
    const { batchNo, draw } = duty;
    const batch = store.read.batches.get({ batchNo });
    if (!isCurrent(batch, duty)) return this.#end(duty);
    if (duty.state === "drawn") await judgeDuty(this.#context, batch, duty, signal);
    if (duty.state === "judged") await commitDuty(this.#context, duty);
    let current = store.read.duties.get({ batchNo, draw }) ?? duty;
    if (current.state === "committed") {
      await offerCommitment(this.#context, current, signal);
      const commitments = heldCommitments(this.#context, current);
      // Off-chain verdicts are shown before the fall-back only.
      const isLate = clock.nowMs() >= (this.#fallBack.opensAtMs(batch) ?? Number.POSITIVE_INFINITY);
      if (commitments !== null && !isLate) {
        await signVerdict(this.#context, batch, current, commitments);
        current = store.read.duties.get({ batchNo, draw }) ?? current;
        if (current.state === "revealed") await offerVerdict(this.#context, current, signal);
      }
    } else if (current.state === "revealed" && heldVerdicts(this.#context, current) === null) {
      await offerVerdict(this.#context, current, signal);
    }
    const posted = current.state === "revealed" && (await this.#finalise(batch, current));
    await this.#comeBack(duty, posted ? REPEAT_MS * 4 : REPEAT_MS);
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
    await transactions.wish({
      purpose: `finalise:${batch.batchNo}:${duty.draw}:${nodeNo}`,
      call: calls.finalise(batch.batchNo, batch.recordBlockHash, seats, reports),
      gas: null,
    });
    return true;
  }

  async #driveFallBacks(): Promise<number | null> {
    const { store, clock, logger } = this.#context;
    let next: number | null = null;
    for (const batch of store.read.batches.inStatus("recorded", OPEN_BATCHES)) {
      const opensAtMs = this.#fallBack.opensAtMs(batch);
      if (opensAtMs === null) continue;
      if (clock.nowMs() < opensAtMs) {
        next = Math.min(next ?? opensAtMs, opensAtMs);
        continue;
      }
      try {
        await this.#fallBack.drive(batch);
      } catch (error) {
        logger.warn("The fall-back's step failed", {
          batchNo: batch.batchNo,
          error: String(error),
        });
      }
      next = Math.min(next ?? Number.POSITIVE_INFINITY, clock.nowMs() + REPEAT_MS * 2);
    }
    return next;
  }

  #nextMs(fallBackMs: number | null): number | null {
    const [first] = this.#context.store.read.duties.select(
      "state != 'ended' ORDER BY due_at_ms LIMIT 1",
    );
    if (first === undefined) return fallBackMs;
    return fallBackMs === null ? first.dueAtMs : Math.min(first.dueAtMs, fallBackMs);
  }

  async #comeBack({ batchNo, draw }: DutyRow, afterMs: number): Promise<void> {
    const { store, clock } = this.#context;
    const dueAtMs = clock.nowMs() + afterMs;
    await store.write((tables) => tables.duties.update({ batchNo, draw }, { dueAtMs }));
  }

  async #end({ batchNo, draw }: DutyRow): Promise<void> {
    const { store, clock } = this.#context;
    await store.write((tables) =>
      tables.duties.update({ batchNo, draw }, { state: "ended", updatedMs: clock.nowMs() }),
    );
  }
}
