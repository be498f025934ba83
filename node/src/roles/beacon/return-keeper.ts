import type { NodeContext } from "../context.ts";

type Context = Pick<
  NodeContext,
  | "clock"
  | "ledger"
  | "calls"
  | "registry"
  | "signer"
  | "transactions"
  | "nodeNo"
  | "operatorNo"
  | "logger"
>;

const LOOK_EVERY_MS = 30_000;

/** Says that the operator is back when the ledger has it as away: until then it holds no seat (spec 05). */
export class ReturnKeeper {
  readonly #context: Context;
  #nextLookMs = 0;
  #satOut: number | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Looks at the start, now and then, and when the registry says that the operator was silent. */
  async look(): Promise<number> {
    const { clock, registry, operatorNo } = this.#context;
    const nowMs = clock.nowMs();
    const satOut = registry.operator(operatorNo)?.sitsOutGeneration ?? 0;
    if (nowMs >= this.#nextLookMs || satOut !== this.#satOut) {
      this.#nextLookMs = nowMs + LOOK_EVERY_MS;
      this.#satOut = satOut;
      await this.#lookNow(nowMs);
    }
    return this.#nextLookMs;
  }

  async #lookNow(nowMs: number): Promise<void> {
    const { ledger, registry, transactions, calls, operatorNo, nodeNo, logger } = this.#context;
    // One node of an operator is enough.
    if (registry.seatNodeOf(operatorNo) !== nodeNo) return;
    if (!(await ledger.isAway(operatorNo))) return;
    // Whoever returns without preimages to give is silent again, and the second time costs twenty times as much.
    if (!(await this.#hasChain())) {
      logger.error("Not back: the operator's beacon chain is none of this signer's", {
        operatorNo,
      });
      return;
    }
    logger.info("Back after a silence", { operatorNo });
    await transactions.wish({
      purpose: `come-back:${nodeNo}:${Math.floor(nowMs / LOOK_EVERY_MS)}`,
      call: calls.comeBack(),
      gas: null,
    });
  }

  /** Of the chain that is in force once the operator is back: one that waits takes its place then. */
  async #hasChain(): Promise<boolean> {
    const { ledger, signer, operatorNo } = this.#context;
    const next = await ledger.nextChainTip(operatorNo);
    const position =
      next === null
        ? await ledger.chainTip(operatorNo)
        : { anchor: next, usedPreimages: 0, behind: 0 };
    return (await signer.chainInForce(position)) !== null;
  }
}
