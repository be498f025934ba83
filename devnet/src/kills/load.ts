import type { Hex } from "@deed/protocol/encoding";
import { tokenTransfer } from "../samples/sample-contracts.ts";
import type { SampleNetwork } from "../samples/sample-network.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";

export interface LoadParts {
  readonly samples: SampleNetwork;
  readonly observer: Observer;
  /** Executions that are not terminal yet. */
  openCount(): number;
  nowMs(): number;
}

const FIRE_EVERY_MS = { from: 150, to: 700 };
const TRANSFER_EVERY_MS = { from: 1_500, to: 4_000 };
const RETRY_MS = 100;
const MOST_OPEN = 40;

/** The clients of a network that is killed: each says a thing again until it is acknowledged. */
export class Load {
  readonly #parts: LoadParts;
  readonly #ordinals = new Map<Hex, number>();

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  /** Fires one of these workflows every so often until the signal. */
  async fireUntil(
    workflows: readonly SignedWorkflow[],
    random: Random,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      if (this.#hasRoom()) await this.fire(random.pick(workflows), random, signal);
      await pause(random.whole(FIRE_EVERY_MS.from, FIRE_EVERY_MS.to), signal);
    }
  }

  /** @returns the execution, or null when the signal came before an acknowledgement. */
  async fire(
    workflow: SignedWorkflow,
    random: Random,
    signal: AbortSignal,
    from = 1,
  ): Promise<Hex | null> {
    const { samples, observer, nowMs } = this.#parts;
    const { intentHash } = workflow;
    const ordinal = Math.max(from, this.nextOrdinal(intentHash));
    this.#ordinals.set(intentHash, ordinal);
    const firedAtMs = nowMs();
    while (!signal.aborted) {
      const { nodeNo } = random.pick(samples.network.nodes);
      try {
        const wish = { ordinal, input: { ordinal }, nodeNo, firedAtMs };
        const { executionId } = await samples.fire(workflow, wish);
        observer.fired(executionId);
        return executionId;
      } catch {
        // That node is down, or was killed before it answered: another one takes the same fire.
        await pause(RETRY_MS, signal);
      }
    }
    return null;
  }

  /** A network that cannot keep up is not given more: what it has is enough to be lost. */
  #hasRoom(): boolean {
    return this.#parts.openCount() < MOST_OPEN;
  }

  /** The first that was not fired yet. */
  nextOrdinal(intentHash: Hex): number {
    return (this.#ordinals.get(intentHash) ?? 0) + 1;
  }

  /** Moves tokens every so often until the signal: events for those who watch. */
  async transferUntil(random: Random, signal: AbortSignal): Promise<void> {
    const { network, state, sender } = this.#parts.samples;
    const to = network.accounts.deployer.address.toLowerCase() as Hex;
    while (!signal.aborted) {
      const call = tokenTransfer(state.contracts.token, to, BigInt(random.whole(1, 1_000_000)));
      try {
        if (this.#hasRoom()) await sender.send("transfer", call);
      } catch {
        // The sequencer was killed before it acknowledged: nothing was promised.
      }
      await pause(random.whole(TRANSFER_EVERY_MS.from, TRANSFER_EVERY_MS.to), signal);
    }
  }
}
