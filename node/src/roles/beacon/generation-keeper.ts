import type { NodeContext } from "../context.ts";

type Context = Pick<
  NodeContext,
  "clock" | "ledger" | "calls" | "registry" | "transactions" | "nodeNo" | "operatorNo" | "logger"
>;

const LOOK_EVERY_MS = 30_000;

/** Opens the next generation when the set of nodes changed and the current one is old enough (spec 04). */
export class GenerationKeeper {
  readonly #context: Context;
  #nextLookMs = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** @returns when it looks next: nothing else may wake the role of a network that is idle. */
  async look(): Promise<number> {
    const nowMs = this.#context.clock.nowMs();
    if (nowMs >= this.#nextLookMs) {
      this.#nextLookMs = nowMs + LOOK_EVERY_MS;
      await this.#lookNow(nowMs);
    }
    return this.#nextLookMs;
  }

  async #lookNow(nowMs: number): Promise<void> {
    const { registry, operatorNo } = this.#context;
    const { current, parameters } = registry;
    const position = Math.max(0, current.verifierList.indexOf(operatorNo));
    // One after the other, so that the second finds it done.
    const waitSec = parameters.generationSec + position * parameters.deltaSec;
    if (nowMs < (current.openedAtSec + waitSec) * 1000) return;
    if (await this.#isDue()) await this.#open(nowMs);
  }

  /** The contract alone knows whether anything changed: asked by a simulated call. */
  async #isDue(): Promise<boolean> {
    const { ledger, calls } = this.#context;
    const { to, data } = calls.openGeneration();
    try {
      await ledger.rpc.request("eth_call", [{ to, data }, "pending"]);
      return true;
    } catch {
      return false;
    }
  }

  async #open(nowMs: number): Promise<void> {
    const { transactions, calls, registry, nodeNo, logger } = this.#context;
    const next = registry.current.generation + 1;
    logger.info("Opening a generation", { generation: next });
    await transactions.wish({
      purpose: `generation:${next}:${nodeNo}:${Math.floor(nowMs / LOOK_EVERY_MS)}`,
      call: calls.openGeneration(),
      gas: null,
    });
  }
}
