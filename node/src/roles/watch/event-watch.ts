import { TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import type { EventTrigger } from "../../chain-events/decode-event.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { LedgerName } from "./due-execution.ts";
import { EventScanner } from "./event-scanner.ts";

export interface EventWatchOptions {
  /** Blocks read at once while catching up. */
  readonly chunkBlocks: number;
}

export interface EventWatchParts {
  readonly store: Store;
  readonly logger: Logger;
  readonly ledger: LedgerName;
  /** Endpoints of the chains whose events may trigger, by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
  nowMs(): number;
  /** Told when executions became due. */
  onFound(): void;
}

interface Wanted {
  readonly trigger: EventTrigger;
  readonly intent: IntentRow;
}

/** One scanner for each chain and confidence that an accepted intent names; none waits for another, or the ledger for any. */
export class EventWatch {
  readonly #options: EventWatchOptions;
  readonly #parts: EventWatchParts;
  readonly #scanners = new Map<string, EventScanner>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #failing = new Set<string>();
  /** By key, the first intent that names it; read again when intents change. */
  #needed: ReadonlyMap<string, Wanted> | null = null;

  constructor(options: EventWatchOptions, parts: EventWatchParts) {
    this.#options = options;
    this.#parts = parts;
    parts.store.onCommit((touched) => {
      if (touched.has("intents")) this.#needed = null;
    });
  }

  /** Has every chain looked at that nobody is looking at. Does not wait for it. */
  look(signal: AbortSignal): void {
    for (const [key, wanted] of this.#wanted()) {
      if (this.#busy.has(key)) continue;
      const scanner = this.#scannerOf(key, wanted);
      if (scanner === null) continue;
      const done = this.#scan(key, scanner, signal).finally(() => this.#busy.delete(key));
      this.#busy.set(key, done);
    }
  }

  /** Resolves when nothing is being looked at. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async #scan(key: string, scanner: EventScanner, signal: AbortSignal): Promise<void> {
    const { logger, onFound } = this.#parts;
    try {
      for (;;) {
        const { found, isBehind } = await scanner.step();
        if (this.#failing.delete(key)) logger.info("Chain can be read again", { chain: key });
        if (found > 0) onFound();
        if (!isBehind || signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const fields = { code: "CHAIN_NOT_READ", chain: key, error: String(error) };
      if (this.#failing.has(key)) logger.debug("Chain cannot be read", fields);
      else logger.warn("Chain cannot be read, trying again", fields);
      this.#failing.add(key);
    }
  }

  #wanted(): ReadonlyMap<string, Wanted> {
    if (this.#needed !== null) return this.#needed;
    const byKey = new Map<string, Wanted>();
    for (const intent of this.#parts.store.read.intents.accepted(TRIGGER_KINDS.event)) {
      const trigger = intent.plan?.trigger;
      if (trigger?.kind !== "event") continue;
      const key = `${trigger.chainId}:${trigger.confidence}`;
      if (!byKey.has(key)) byKey.set(key, { trigger, intent });
    }
    this.#needed = byKey;
    return byKey;
  }

  #scannerOf(key: string, { trigger, intent }: Wanted): EventScanner | null {
    const known = this.#scanners.get(key);
    if (known !== undefined) return known;
    const { chains, store, ledger, nowMs } = this.#parts;
    const { chainId, confidence } = trigger;
    const rpc = chains.get(chainId);
    if (rpc === undefined) return null;
    const fromBlock = chainId === ledger.chainId ? intent.registeredBlock : null;
    const { chunkBlocks } = this.#options;
    const scanner = new EventScanner(
      { chainId, confidence, fromBlock, chunkBlocks },
      { rpc, store, ledger, nowMs },
    );
    this.#scanners.set(key, scanner);
    return scanner;
  }
}
