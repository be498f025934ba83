import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import { committeeOf, seatNode } from "./committee.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Finds the seats that fall to this node once their round has closed. */
export class DutyDrawer {
  readonly #context: VerifyContext;
  /** Draws that were looked at; a restart looks at the open ones again. */
  readonly #seen = new Set<string>();

  constructor(context: VerifyContext) {
    this.#context = context;
  }

  /** Stores the new duties. */
  async look(): Promise<void> {
    const { store } = this.#context;
    for (const batch of store.read.batches.inStatus("recorded", LOOKED_AT)) {
      const key = `${batch.batchNo}:${batch.draw}`;
      if (this.#seen.has(key) || batch.round === null) continue;
      const seed = store.read.rounds.get({ round: batch.round })?.seed ?? null;
      if (seed === null) continue;
      this.#seen.add(key);
      const seats = await committeeOf(this.#context.registry, batch, seed);
      await this.take(batch, seats, 0);
    }
  }

  /** Takes a seat if one of these is this node's. @returns whether it is. */
  async take(batch: BatchRow, seats: readonly number[], replacement: number): Promise<boolean> {
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
    const isNew = await store.write((tables) => tables.duties.insertIfAbsent(row));
    if (isNew) logger.info("Seat drawn", { batchNo, draw, seat, replacement });
    return true;
  }
}

const LOOKED_AT = 1024;

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
