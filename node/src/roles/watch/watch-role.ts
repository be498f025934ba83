import { TRIGGER_KINDS } from "@deed/protocol/encoding";
import type { Ledger, LedgerEvent, Rpc } from "@deed/sdk";
import type { EventTrigger } from "../../chain-events/decode-event.ts";
import type { Store } from "../../store/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { RegistryView } from "../registry-view.ts";
import type { Clock, Role } from "../role.ts";
import type { Wakers } from "../waker.ts";
import type { LedgerName } from "./due-execution.ts";
import { EventScanner } from "./event-scanner.ts";
import type { JudgeIntent } from "./facts-context.ts";
import { HeadSource } from "./head-source.ts";
import { insertDueTicks, nextTickSec } from "./interval-ticks.ts";
import { FollowerError, LedgerFollower } from "./ledger-follower.ts";

export interface WatchOptions {
  readonly ownNodeNo: number;
  readonly wsUrl: string | null;
  readonly pollMs: number;
  /** Blocks read at once while catching up. */
  readonly chunkBlocks: number;
  /** Ticks of one intent that are caught up at once. */
  readonly tickLimit: number;
}

export interface WatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly registry: RegistryView;
  readonly wakers: Wakers;
  /** Endpoints of the chains whose events may trigger, by chain id; the ledger's own among them. */
  readonly chains: ReadonlyMap<number, Rpc>;
  readonly judgeIntent: JudgeIntent;
}

const REGISTRY_EVENTS: ReadonlySet<LedgerEvent["name"]> = new Set([
  "RegistryChanged",
  "GenerationOpened",
  "Slashed",
] as const);

const RETRY_MS = 250;
const RECONNECT_MS = 500;

/** Follows the ledger and the watched chains; wakes the other roles after each change. */
export class WatchRole implements Role {
  readonly name = "watch";
  readonly #options: WatchOptions;
  readonly #parts: WatchParts;
  readonly #follower: LedgerFollower;
  readonly #scanners = new Map<string, EventScanner>();
  readonly #ledgerName: LedgerName;

  constructor(options: WatchOptions, parts: WatchParts) {
    this.#options = options;
    this.#parts = parts;
    const { chainId, executions } = parts.ledger.deployment;
    this.#ledgerName = { chainId, executions };
    const nowMs = () => parts.clock.nowMs();
    this.#follower = new LedgerFollower(options, { ...parts, nowMs });
  }

  /** Reads everything that is final now. The node starts its other roles after this. */
  async catchUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#look())) {
      // Each look reads one chunk.
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, wakers } = this.#parts;
    const waker = wakers.of(this.name);
    const heads = new HeadSource(
      { wsUrl: this.#options.wsUrl, pollMs: this.#options.pollMs, reconnectMs: RECONNECT_MS },
      { logger, waker },
    );
    try {
      while (!signal.aborted) {
        const isBehind = await this.#tryLook();
        if (!isBehind) await waker.wait(this.#wakeAtMs(clock.nowMs(), heads.pollMs), signal);
      }
    } finally {
      heads.close();
    }
  }

  async #tryLook(): Promise<boolean> {
    try {
      return await this.#look();
    } catch (error) {
      if (error instanceof FollowerError) throw error;
      const { logger } = this.#parts;
      logger.warn("Looking at the ledger failed, trying again", { error: String(error) });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return false;
    }
  }

  /** @returns whether more waits. */
  async #look(): Promise<boolean> {
    const { registry, wakers, store, clock } = this.#parts;
    const followed = await this.#follower.step(registry.parameters.confirmations);
    if (followed?.events.some((event) => REGISTRY_EVENTS.has(event.name))) await registry.refresh();
    const isScanning = await this.#scan();
    const nowSec = Math.floor(clock.nowMs() / 1000);
    if (store.read.intents.accepted(TRIGGER_KINDS.interval).length > 0) {
      await this.#insertTicks(nowSec);
    }
    if (followed !== null) wakers.wakeAll();
    return (followed?.isBehind ?? false) || isScanning;
  }

  async #insertTicks(nowSec: number): Promise<void> {
    const { store, registry, wakers } = this.#parts;
    const { claimWindowSec } = registry.parameters;
    const window = { nowSec, claimWindowSec, limit: this.#options.tickLimit };
    const inserted = await store.write((tables) =>
      insertDueTicks(tables, this.#ledgerName, window),
    );
    if (inserted > 0) wakers.wakeAll();
  }

  async #scan(): Promise<boolean> {
    let isBehind = false;
    for (const scanner of this.#neededScanners()) {
      if (await scanner.step()) isBehind = true;
    }
    return isBehind;
  }

  /** One scanner for each chain and confidence that an accepted intent names. */
  #neededScanners(): readonly EventScanner[] {
    const needed = new Map<string, EventScanner>();
    for (const intent of this.#parts.store.read.intents.accepted(TRIGGER_KINDS.event)) {
      const trigger = intent.plan?.trigger;
      if (trigger?.kind !== "event") continue;
      const key = `${trigger.chainId}:${trigger.confidence}`;
      if (needed.has(key)) continue;
      const scanner = this.#scanners.get(key) ?? this.#scanner(trigger, intent.registeredBlock);
      if (scanner !== null) {
        this.#scanners.set(key, scanner);
        needed.set(key, scanner);
      }
    }
    return [...needed.values()];
  }

  #scanner(trigger: EventTrigger, registeredBlock: number): EventScanner | null {
    const { chains, store, logger, clock, ledger } = this.#parts;
    const rpc = chains.get(trigger.chainId);
    if (rpc === undefined) return null;
    const isLedger = trigger.chainId === ledger.deployment.chainId;
    return new EventScanner(
      {
        chainId: trigger.chainId,
        confidence: trigger.confidence,
        fromBlock: isLedger ? registeredBlock : null,
        chunkBlocks: this.#options.chunkBlocks,
      },
      { rpc, store, ledger: this.#ledgerName, logger, nowMs: () => clock.nowMs() },
    );
  }

  #wakeAtMs(nowMs: number, pollMs: number): number {
    const tickSec = nextTickSec(this.#parts.store.read, Math.floor(nowMs / 1000));
    const pollAtMs = nowMs + pollMs;
    return tickSec === null ? pollAtMs : Math.min(pollAtMs, tickSec * 1000);
  }
}
