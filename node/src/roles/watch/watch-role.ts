import type { Ledger, LedgerEvent, Rpc } from "@deed/sdk";
import type { FirstBook } from "../../chain-events/first-book.ts";
import type { RpcTls } from "../../config-links.ts";
import type { Store } from "../../store/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { newestAnchor } from "../anchor.ts";
import type { RegistryView } from "../registry-view.ts";
import type { Clock, Role } from "../role.ts";
import { Waker, type Wakers } from "../waker.ts";
import type { PhaseWindow } from "./composite-phases.ts";
import { CompositeWatch } from "./composite-watch.ts";
import { EventWatch } from "./event-watch.ts";
import type { JudgeIntent } from "./facts-context.ts";
import { HeadSource } from "./head-source.ts";
import { FollowerError, LedgerFollower } from "./ledger-follower.ts";
import { TickBook } from "./tick-book.ts";

export interface WatchOptions {
  readonly ownNodeNo: number;
  readonly wsUrl: string | null;
  readonly rpcTls: RpcTls;
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
  /** First occurrences of composites. */
  readonly firsts: FirstBook;
  readonly judgeIntent: JudgeIntent;
  /**
   * Told that the ledger has replaced blocks that were read. Whoever runs this node starts it anew: what
   * its roles hold in memory, the marks of requests that may be sent once among them, belongs to those
   * blocks, and `catchUp` of the next start rolls the store back.
   */
  onRewritten(error: FollowerError): void;
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
  readonly #events: EventWatch;
  readonly #ticks: TickBook;
  readonly #composites: CompositeWatch;
  /** The registry changed on the ledger and was not read again since. */
  #isRegistryOld = false;

  constructor(options: WatchOptions, parts: WatchParts) {
    this.#options = options;
    this.#parts = parts;
    const { chainId, executions } = parts.ledger.deployment;
    const ledger = { chainId, executions };
    const nowMs = () => parts.clock.nowMs();
    this.#follower = new LedgerFollower(options, { ...parts, nowMs });
    const blockAt = (height: number) => parts.ledger.block(height);
    this.#ticks = new TickBook({ store: parts.store, ledger, blockAt });
    const onFound = () => parts.wakers.wakeAll();
    this.#events = new EventWatch(options, { ...parts, ledger, nowMs, onFound });
    const { chunkBlocks } = options;
    this.#composites = new CompositeWatch({ ...parts, ledger, chunkBlocks, onFound });
  }

  /**
   * Reads everything that is final now, having rolled back what the ledger has replaced. The node starts
   * its other roles after this. Errors: RpcError; FollowerError when too much was replaced.
   */
  async catchUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#lookOrRollBack(signal))) {
      // Each look reads one chunk.
    }
  }

  /** @returns whether to look again at once. */
  async #lookOrRollBack(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#tryLook(signal);
    } catch (error) {
      if (!(error instanceof FollowerError)) throw error;
      await this.#follower.rollBack();
      this.#ticks.forget();
      return true;
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, wakers } = this.#parts;
    const waker = wakers.of(this.name);
    const { wsUrl, pollMs, rpcTls } = this.#options;
    const heads = new HeadSource(
      { wsUrl, tls: rpcTls, pollMs, reconnectMs: RECONNECT_MS },
      { logger, waker },
    );
    try {
      while (!signal.aborted) {
        if (await this.#tryLook(signal)) continue;
        this.#events.look(signal);
        this.#composites.look(this.#phaseWindow());
        heads.ask(this.#awaitsHeight());
        await waker.wait(this.#wakeAtMs(clock.nowMs(), heads.pollMs), signal);
      }
    } catch (error) {
      if (!(error instanceof FollowerError)) throw error;
      logger.error("Ledger reorganised: this node ends, to begin anew", { ...error.failure });
      this.#parts.onRewritten(error);
      while (!signal.aborted) await waker.wait(null, signal);
    } finally {
      heads.close();
    }
  }

  /** @returns whether to look again at once. */
  async #tryLook(signal: AbortSignal): Promise<boolean> {
    const { logger, clock } = this.#parts;
    try {
      return await this.#look();
    } catch (error) {
      if (error instanceof FollowerError) throw error;
      logger.warn("Looking at the ledger failed, trying again", { error: String(error) });
      await new Waker(clock).wait(clock.nowMs() + RETRY_MS, signal);
      return true;
    }
  }

  /** @returns whether more waits. */
  async #look(): Promise<boolean> {
    const { registry, wakers, clock, store, ledger } = this.#parts;
    const { chainId } = ledger.deployment;
    const followed = await this.#follower.step(registry.parameters.confirmations);
    if (followed?.events.some((event) => REGISTRY_EVENTS.has(event.name))) {
      this.#isRegistryOld = true;
    }
    if (this.#isRegistryOld) {
      await registry.refresh();
      this.#isRegistryOld = false;
    }
    const ticks = await this.#ticks.insertDue({
      nowSec: Math.floor(clock.nowMs() / 1000),
      height: newestAnchor(store, chainId)?.number ?? 0,
      limit: this.#options.tickLimit,
    });
    if (followed !== null || ticks > 0) wakers.wakeAll();
    return followed?.isBehind ?? false;
  }

  /** Whether something waits for a height of the ledger's chain: a chain may make none of its own accord. */
  #awaitsHeight(): boolean {
    const { clock, store, ledger } = this.#parts;
    const { chainId } = ledger.deployment;
    const nowSec = Math.floor(clock.nowMs() / 1000);
    const height = newestAnchor(store, chainId)?.number ?? 0;
    return (
      this.#ticks.awaitsHeight({ nowSec, height }) || this.#composites.awaitsHeight(chainId, nowSec)
    );
  }

  #phaseWindow(): PhaseWindow {
    const { registry, clock } = this.#parts;
    const { claimWindowSec } = registry.parameters;
    const nowSec = Math.floor(clock.nowMs() / 1000);
    return { nowSec, claimWindowSec, limit: this.#options.tickLimit };
  }

  #wakeAtMs(nowMs: number, pollMs: number): number {
    const nowSec = Math.floor(nowMs / 1000);
    const ticks = [this.#ticks.nextSec(nowSec), this.#composites.nextSec(nowSec)];
    const timesMs = ticks.flatMap((tickSec) => (tickSec === null ? [] : [tickSec * 1000]));
    return Math.min(nowMs + pollMs, ...timesMs);
  }
}
