import type { Hex } from "@deed/protocol/encoding";
import type { Anchor, EffectRequest, EffectResult } from "@deed/protocol/runtime";
import type { EffectRow } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { Clock } from "../role.ts";

/** An effect that leaves a trace. */
export type TracedRequest = Exclude<EffectRequest, { kind: "pause" }>;

export interface EffectJournalOptions {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly processId: string;
}

/** What one attempt asked for and got, kept so that another process of this node can go on from there. */
export class EffectJournal {
  readonly #options: EffectJournalOptions;
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(
    options: EffectJournalOptions,
    collaborators: { readonly store: Store; readonly clock: Clock },
  ) {
    this.#options = options;
    this.#store = collaborators.store;
    this.#clock = collaborators.clock;
  }

  /** The row of this try; null when it was never begun. */
  find(request: TracedRequest): EffectRow | null {
    return this.#store.read.effects.get(this.#key(request));
  }

  /** The oldest anchor of a result; null before the first. */
  oldestAnchor(): Anchor | null {
    const { executionId, attempt } = this.#options;
    const anchors = this.#store.read.effects
      .select("execution_id = :executionId AND attempt = :attempt", { executionId, attempt })
      .flatMap(({ result }) => result?.anchor ?? []);
    return anchors.sort((a, b) => a.number - b.number)[0] ?? null;
  }

  /** On the disk when it resolves: from here on the request may have left. */
  async start(request: TracedRequest): Promise<void> {
    await this.#put(request, null);
  }

  /** On the disk when it resolves: from here on no other result is ever given for this try. */
  async finish(request: TracedRequest, result: EffectResult): Promise<EffectResult> {
    await this.#put(request, result);
    return result;
  }

  async #put(request: TracedRequest, result: EffectResult | null): Promise<void> {
    await this.#store.write((tables) =>
      tables.effects.put({
        ...this.#key(request),
        state: result === null ? "started" : "done",
        request,
        result,
        processId: this.#options.processId,
        startedMs: result?.startedMs ?? this.#clock.nowMs(),
      }),
    );
  }

  #key(request: TracedRequest): Pick<EffectRow, "executionId" | "attempt" | "step" | "try"> {
    const { executionId, attempt } = this.#options;
    return { executionId, attempt, step: request.stepIndex, try: request.try };
  }
}
