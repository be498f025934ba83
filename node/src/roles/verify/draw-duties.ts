import type { WaitingBatch } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import { committeeOf, seatNode } from "./committee.ts";
import type { VerifyContext } from "./verify-context.ts";

const LOOKED_AT = 1024;

/** Finds the seats that fall to this node once their round has closed. */
export class DutyDrawer {
  readonly #context: VerifyContext;
  /** Open draws that were looked at; a restart looks at them again. */
  #seen = new Set<string>();

  constructor(context: VerifyContext) {
    this.#context = context;
  }

  /** Stores the new duties. What fails is tried again at the next look. */
  async look(): Promise<void> {
    const { store, logger } = this.#context;
    const before = this.#seen;
    this.#seen = new Set();
    for (const batch of store.read.batches.waiting(LOOKED_AT)) {
      const { batchNo, draw } = batch;
      const key = `${batchNo}:${draw}`;
      try {
        if (before.has(key) || (await this.#draw(batch))) this.#seen.add(key);
      } catch (error) {
        logger.warn("Committee not drawn yet", { batchNo, draw, error: String(error) });
      }
    }
  }

  /** @returns whether the draw has been held. */
  async #draw({ batchNo, round }: WaitingBatch): Promise<boolean> {
    const { store, registry } = this.#context;
    const seed = round === null ? null : (store.read.rounds.get({ round })?.seed ?? null);
    if (seed === null) return false;
    const batch = store.read.batches.get({ batchNo });
    if (batch !== null) await this.take(batch, await committeeOf(registry, batch, seed), 0);
    return true;
  }

  /** Takes a seat if one of these is this node's. @returns whether it is. */
  async take(batch: WaitingBatch, seats: readonly number[], replacement: number): Promise<boolean> {
    const { operatorNo, nodeNo, registry, store, clock, logger } = this.#context;
    const seat = seats.indexOf(operatorNo);
    if (seat < 0 || seatNode(registry, operatorNo) !== nodeNo) return false;
    const { batchNo, draw } = batch;
    const row: DutyRow = {
      ...UNDONE,
      batchNo,
      draw,
      seat,
      operatorNo,
      seats,
      round: batch.round ?? 0,
      dueAtMs: clock.nowMs(),
      updatedMs: clock.nowMs(),
    };
    const isNew = await store.write((tables) => {
      if (tables.duties.insertIfAbsent(row)) return true;
      const known = tables.duties.get({ batchNo, draw });
      // Others were replaced; the own seat stays.
      if (known !== null && known.seats.join() !== seats.join()) {
        tables.duties.update({ batchNo, draw }, { seats });
      }
      return false;
    });
    if (isNew) logger.info("Seat drawn", { batchNo, draw, seat, replacement });
    return true;
  }

  /** The seat was given to another operator: nothing is left to do. */
  async lose({ batchNo, draw }: WaitingBatch, seats: readonly number[]): Promise<void> {
    const { operatorNo, store, clock, logger } = this.#context;
    const duty = store.read.duties.get({ batchNo, draw });
    if (duty === null || duty.state === "ended" || seats.includes(operatorNo)) return;
    logger.error("Seat lost to another operator", { batchNo, draw });
    await store.write((tables) =>
      tables.duties.update({ batchNo, draw }, { state: "ended", updatedMs: clock.nowMs() }),
    );
  }
}

const UNDONE = {
  state: "drawn",
  fault: null,
  unable: null,
  report: null,
  reportHash: null,
  salt: null,
  commitment: null,
  commitmentsHash: null,
  auditSeq: null,
  auditHead: null,
  signature: null,
} as const;
