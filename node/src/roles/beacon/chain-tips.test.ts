import {
  bytesToHex,
  chainStep,
  type Hex,
  hexToBytes,
  nobleHasher,
  wordHex,
} from "@deed/protocol/encoding";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChainTips } from "./chain-tips.ts";

const LENGTH = 20;
const OPERATOR = 3;

/** Values of a chain: number 0 is the tip, number k the k-th preimage. */
const CHAIN: readonly Hex[] = (() => {
  const values = [wordHex(7)];
  for (let step = 0; step < LENGTH; step += 1) {
    values.unshift(bytesToHex(chainStep(hexToBytes(values[0]!))));
  }
  return values;
})();

/** A ledger that goes on between any two questions. */
class MovingLedger {
  round = 1;
  used = 0;
  revealedIn = 0;
  /** Given with its cohort: the ledger writes no tip for these. */
  behind = 0;
  readonly #moves: (() => void)[];

  constructor(moves: readonly ("reveal" | "close")[]) {
    this.#moves = moves.map((move) => () => {
      if (move === "reveal" && this.revealedIn !== this.round) {
        this.used += 1;
        this.revealedIn = this.round;
      }
      if (move === "close" && this.revealedIn === this.round) this.round += 1;
    });
  }

  async #after<T>(read: () => T): Promise<T> {
    this.#moves.shift()?.();
    return read();
  }

  chainTip(): Promise<{ anchor: Hex; usedPreimages: number; behind: number }> {
    return this.#after(() => ({
      anchor: CHAIN[this.used - this.behind]!,
      usedPreimages: this.used,
      behind: this.behind,
    }));
  }

  currentRound() {
    return this.#after(() => ({ round: this.round, openBlock: 0, openedAtSec: 0, waiting: true }));
  }

  hasRevealed(round: number): Promise<boolean> {
    return this.#after(() => this.revealedIn === round);
  }
}

test("whatever happens between its questions, nobody is given a preimage of a later round", async () => {
  const moves = fc.array(fc.constantFrom("reveal" as const, "close" as const), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(moves, fc.integer({ min: 0, max: 5 }), async (all, before) => {
      const ledger = new MovingLedger(all);
      for (let look = 0; look < before; look += 1) await ledger.chainTip();
      const { round } = ledger;
      const tips = new ChainTips({ ledger, hasher: nobleHasher });
      const owed = await tips.owedTo(round, OPERATOR);
      const index = (owed?.usedPreimages ?? 0) + 1;
      // Round r takes preimage r here; one that is out already tells nothing.
      if (owed !== null) expect(index <= round || index <= ledger.used).toBe(true);
    }),
  );
});

test("a tip that moved is read again, one that does not fit is not taken", async () => {
  const ledger = new MovingLedger([]);
  const tips = new ChainTips({ ledger, hasher: nobleHasher });
  expect(await tips.isNext(OPERATOR, CHAIN[1]!)).toBe(true);
  expect(await tips.isNext(OPERATOR, CHAIN[2]!)).toBe(false);
  expect(await tips.isNext(OPERATOR, wordHex(1))).toBe(false);
  ledger.used = 1;
  expect(await tips.isNext(OPERATOR, CHAIN[2]!)).toBe(true);
});

test("a chain that moved with its cohort is followed from what the ledger last wrote of it", async () => {
  const ledger = new MovingLedger([]);
  [ledger.used, ledger.behind] = [7, 5];
  const tips = new ChainTips({ ledger, hasher: nobleHasher });
  expect(await tips.isNext(OPERATOR, CHAIN[7]!)).toBe(false);
  expect(await tips.isNext(OPERATOR, CHAIN[9]!)).toBe(false);
  expect(await tips.isNext(OPERATOR, CHAIN[8]!)).toBe(true);
  tips.moved(OPERATOR, CHAIN[8]!);
  expect(await tips.isNext(OPERATOR, CHAIN[9]!)).toBe(true);
});
