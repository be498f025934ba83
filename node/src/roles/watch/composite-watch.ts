import { type Hex, TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Logger } from "../../telemetry/logger.ts";
import type { PhaseWindow } from "./composite-phases.ts";
import { CompositeScan, type CompositeScanParts } from "./composite-scan.ts";

export interface CompositeWatchParts extends CompositeScanParts {
  readonly logger: Logger;
  /** Told when executions became due. */
  onFound(): void;
}

/** One scan for each accepted intent whose first run starts otherwise than its later ones; none waits for another. */
export class CompositeWatch {
  readonly #parts: CompositeWatchParts;
  readonly #busy = new Map<Hex, Promise<void>>();
  readonly #failing = new Set<Hex>();
  #scans = new Map<Hex, CompositeScan>();
  #isOld = true;

  constructor(parts: CompositeWatchParts) {
    this.#parts = parts;
    parts.store.onCommit((touched) => {
      if (touched.has("intents")) this.#isOld = true;
    });
  }

  /** Has every composite looked at that nobody is looking at. Does not wait for it. */
  look(window: PhaseWindow): void {
    for (const [intentHash, scan] of this.#wanted()) {
      if (this.#busy.has(intentHash)) continue;
      const done = this.#look(intentHash, scan, window).finally(() =>
        this.#busy.delete(intentHash),
      );
      this.#busy.set(intentHash, done);
    }
  }

  /** Resolves when nothing is being looked at. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  /** When the next occurrence comes that no chain tells of, in seconds; null when there is none. */
  nextSec(nowSec: number): number | null {
    const times = [...this.#wanted().values()].map((scan) => scan.nextSec(nowSec));
    const known = times.filter((timeSec) => timeSec !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** Whether the first occurrence of one is a height of this chain that has not come. */
  awaitsHeight(chainId: number, nowSec: number): boolean {
    return [...this.#wanted().values()].some((scan) => scan.awaitsHeight(chainId, nowSec));
  }

  async #look(intentHash: Hex, scan: CompositeScan, window: PhaseWindow): Promise<void> {
    const { logger, onFound } = this.#parts;
    try {
      const found = await scan.step(window);
      if (this.#failing.delete(intentHash)) logger.info("Chain can be read again", { intentHash });
      if (found > 0) onFound();
    } catch (error) {
      const fields = { code: "CHAIN_NOT_READ", intentHash, error: String(error) };
      if (this.#failing.has(intentHash)) logger.debug("Chain cannot be read", fields);
      else logger.warn("Chain cannot be read, trying again", fields);
      this.#failing.add(intentHash);
    }
  }

  #wanted(): ReadonlyMap<Hex, CompositeScan> {
    if (!this.#isOld) return this.#scans;
    const scans = new Map<Hex, CompositeScan>();
    for (const intent of this.#parts.store.read.intents.accepted(TRIGGER_KINDS.event)) {
      const trigger = intent.plan?.trigger;
      if (trigger?.kind !== "composite") continue;
      const { intentHash } = intent;
      const known = this.#scans.get(intentHash);
      scans.set(intentHash, known ?? new CompositeScan(this.#parts, intent, trigger));
    }
    this.#scans = scans;
    this.#isOld = false;
    return scans;
  }
}
