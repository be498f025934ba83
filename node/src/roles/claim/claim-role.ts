import type { Hex } from "@deed/protocol/encoding";
import type { LedgerIntentState } from "@deed/sdk";
import { RpcError } from "@deed/sdk";
import { claimBar } from "../../claim-bar.ts";
import type { Containers } from "../../sandbox/live-sandbox.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import { newestAnchor } from "../anchor.ts";
import type { NodeContext } from "../context.ts";
import type { Role } from "../role.ts";
import { afterMiss } from "./after-miss.ts";
import { type ClaimGroup, claimCall, groupForClaims } from "./claim-batch.ts";
import { ClaimsInFlight } from "./claims-in-flight.ts";
import type { ClockGuard, ClockJudgement } from "./clock-guard.ts";
import { judgeDue } from "./judge-due.ts";
import { loseLeases } from "./lost-leases.ts";

export interface ClaimOptions {
  /** Claim transactions on their way at one time. */
  readonly inFlight: number;
  /** Executions claimed and not recorded; above it the rest is left to other nodes. */
  readonly openExecutions: number;
  /**
   * A batch that is not full waits so long for more while another one of this node is not finished, and four times as
   * long for each further one, up to half of Δ: a busy network makes fewer and larger batches.
   */
  readonly fillMs: number;
  /** An execution that a claim did not get is tried again after this time. */
  readonly retryMs: number;
  /** Executions looked at in one turn. */
  readonly lookAt: number;
}

export interface ClaimParts {
  readonly context: NodeContext;
  readonly clockGuard: ClockGuard;
  /** What this node's runs have now; null while it can run nothing. */
  containers(): Containers | null;
}

const LEASE_CHECK_MS = 1000;
const GAS_OF_CLAIM = 400_000;
const GAS_OF_ITEM = 60_000;
const FULL_BATCH = 256;
const LONGEST_OPEN_MS = 30_000;
const LONGEST_BACK_OFF_MS = 60_000;
const MISSES_REMEMBERED = 10_000;

/** Claims what is due and this operator's turn, in batches; claims again what others left behind. */
export class ClaimRole implements Role {
  readonly name = "claim";
  readonly #options: ClaimOptions;
  readonly #context: NodeContext;
  readonly #clockGuard: ClockGuard;
  readonly #containers: ClaimParts["containers"];
  readonly #inFlight = new ClaimsInFlight();
  readonly #pending = new Set<Promise<void>>();
  /** Claims in a row that did not get an execution. */
  readonly #misses = new Map<Hex, number>();
  #leasesAtMs = 0;
  #isClockOff = false;
  #isBarred = false;

  constructor(options: ClaimOptions, parts: ClaimParts) {
    this.#options = options;
    this.#context = parts.context;
    this.#clockGuard = parts.clockGuard;
    this.#containers = parts.containers;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, wakers } = this.#context;
    const waker = wakers.of(this.name);
    const unsubscribe = store.onCommit((touched) => {
      if (touched.has("executions") || touched.has("cursors")) waker.wake();
    });
    try {
      await this.#releaseAll();
      while (!signal.aborted) await waker.wait(await this.#turn(signal), signal);
    } finally {
      unsubscribe();
      await Promise.allSettled(this.#pending);
    }
  }

  /** @returns when there is something to do even if nothing happens before. */
  async #turn(signal: AbortSignal): Promise<number | null> {
    await this.#release();
    await this.#loseLeases();
    const nowMs = this.#context.clock.nowMs();
    const next = this.#context.store.read.executions.nextClaimableMs();
    if (next === null) return this.#leasesAtMs;
    if (next > nowMs) return Math.min(next, this.#leasesAtMs);
    const barredUntilMs = this.#barredUntilMs(nowMs);
    if (barredUntilMs !== null) return Math.min(barredUntilMs, this.#leasesAtMs);
    const containers = this.#containers();
    if (containers === null || !(await this.#isClockTrusted())) {
      return nowMs + this.#options.retryMs;
    }
    const ready = await this.#ready(nowMs, containers);
    const untilMs = await this.#send(ready, nowMs, signal);
    return untilMs ?? this.#leasesAtMs;
  }

  async #ready(nowMs: number, containers: Containers): Promise<readonly ExecutionRow[]> {
    const { store, registry, operatorNo, hasher, ledger } = this.#context;
    const { chainId } = ledger.deployment;
    const due = store.read.executions.claimable(nowMs, this.#options.lookAt);
    const { ready, changes } = judgeDue(due, {
      nowMs,
      operatorNo,
      hasher,
      read: store.read,
      generation: registry.current,
      rules: registry.parameters,
      height: store.read.cursors.get({ chainId })?.blockNumber ?? 0,
      containers,
    });
    if (changes.length > 0) {
      await store.writeDerived((tables) => {
        for (const { executionId, ...change } of changes) {
          tables.executions.update({ executionId }, { ...change, updatedMs: nowMs });
        }
      });
    }
    return ready;
  }

  /** @returns when to look again at what was left to fill a batch; null when nothing was. */
  async #send(
    ready: readonly ExecutionRow[],
    nowMs: number,
    signal: AbortSignal,
  ): Promise<number | null> {
    const room = this.#options.openExecutions - this.#openExecutions();
    const unfinished = this.#inFlight.sent + this.#openBatches(nowMs);
    const fillMs = this.#fillMs(unfinished);
    let taken = 0;
    let waitUntilMs: number | null = null;
    for (const group of groupForClaims(ready.slice(0, Math.max(0, room)))) {
      const oldestMs = Math.min(...group.rows.map(waitsSinceMs));
      const isFull = group.rows.length >= FULL_BATCH;
      const mayGo = unfinished === 0 || isFull || nowMs - oldestMs >= fillMs;
      if (!mayGo) waitUntilMs = Math.min(waitUntilMs ?? oldestMs + fillMs, oldestMs + fillMs);
      if (!mayGo || this.#inFlight.sent >= this.#options.inFlight) continue;
      await this.#claim(group, nowMs, signal);
      taken += group.rows.length;
    }
    this.#measure(ready.length - taken);
    return waitUntilMs;
  }

  async #claim(group: ClaimGroup, nowMs: number, signal: AbortSignal): Promise<void> {
    const { store, submitted, transactions, logger, calls, hasher } = this.#context;
    const call = claimCall(group, { calls, read: store.read, hasher });
    const purpose = submitted.next();
    const executionIds = group.rows.map((row) => row.executionId);
    this.#inFlight.add({ purpose, executionIds, sentMs: nowMs, end: null });
    const marked = store.write((tables) => {
      for (const executionId of executionIds) {
        tables.executions.update({ executionId }, { state: "claiming", updatedMs: nowMs });
      }
    });
    const gas = GAS_OF_CLAIM + GAS_OF_ITEM * executionIds.length;
    await Promise.all([marked, transactions.wish({ purpose, call, gas })]);
    const { kind, leaseClass } = group;
    logger.debug("Claim sent", { purpose, kind, leaseClass, executions: executionIds.length });
    this.#follow(purpose, signal);
  }

  #follow(purpose: string, signal: AbortSignal): void {
    const { transactions, submitted, wakers, logger } = this.#context;
    const followed = transactions
      .ended(purpose, signal)
      .then((end) => {
        submitted.ended(purpose, end.kind === "mined" ? end.receipt.txHash : null);
        this.#inFlight.end(purpose, end);
        wakers.of(this.name).wake();
      })
      .catch((error: unknown) => {
        if (!signal.aborted) logger.error("Claim lost from sight", { purpose, error });
      })
      .then(() => {
        this.#pending.delete(followed);
      });
    this.#pending.add(followed);
  }

  /** What a settled claim did not get is due again, unless somebody else has it. */
  async #release(): Promise<void> {
    const { store, ledger } = this.#context;
    const finalBlock = newestAnchor(store, ledger.deployment.chainId)?.number ?? -1;
    const settled = this.#inFlight.takeSettled(finalBlock);
    if (settled.length === 0) return;
    await this.#backToDue(settled.flatMap(({ executionIds }) => executionIds));
    this.#measureLatency(settled.map(({ sentMs }) => sentMs));
  }

  /** After a start: an earlier process may have left some, and what it sent may still pass. */
  async #releaseAll(): Promise<void> {
    const { executions } = this.#context.store.read;
    const left = executions.inState("claiming", Number.MAX_SAFE_INTEGER);
    if (left.length > 0) await this.#backToDue(left.map((row) => row.executionId));
  }

  async #backToDue(executionIds: readonly Hex[]): Promise<void> {
    const { store, clock } = this.#context;
    const nowMs = clock.nowMs();
    const limits = await this.#limitsOf(executionIds);
    await store.writeDerived((tables) => {
      for (const executionId of executionIds) {
        const row = tables.executions.get({ executionId });
        if (row?.state !== "claiming") {
          this.#misses.delete(executionId);
          continue;
        }
        const intent = row.attempt === 1 ? (limits.get(row.intentNo) ?? null) : null;
        const change = afterMiss(intent, nowMs, nowMs + this.#backOffMs(executionId));
        tables.executions.update({ executionId }, { ...change, updatedMs: nowMs });
      }
    });
  }

  /** What the ledger leaves the intents whose executions a claim did not get. */
  async #limitsOf(
    executionIds: readonly Hex[],
  ): Promise<ReadonlyMap<number, LedgerIntentState | null>> {
    const { store, ledger, logger } = this.#context;
    const missed = executionIds.flatMap((executionId) => {
      const row = store.read.executions.get({ executionId });
      return row?.state === "claiming" && row.attempt === 1 ? [row.intentNo] : [];
    });
    const found = [...new Set(missed)].map(async (intentNo) => {
      const state = await ledger.intentState(intentNo).catch((error: unknown) => {
        // Without it the claim is tried again, which shows the same.
        logger.debug("Limits not read", { intentNo, error: String(error) });
        return null;
      });
      return [intentNo, state] as const;
    });
    return new Map(await Promise.all(found));
  }

  /** A limit that is used up stays so for a while: each miss doubles the wait. */
  #backOffMs(executionId: Hex): number {
    const misses = this.#misses.get(executionId) ?? 0;
    if (this.#misses.size >= MISSES_REMEMBERED) this.#misses.clear();
    this.#misses.set(executionId, misses + 1);
    return Math.min(this.#options.retryMs * 2 ** misses, LONGEST_BACK_OFF_MS);
  }

  async #loseLeases(): Promise<void> {
    const nowMs = this.#context.clock.nowMs();
    if (nowMs < this.#leasesAtMs) return;
    this.#leasesAtMs = nowMs + LEASE_CHECK_MS;
    await loseLeases(this.#context, nowMs);
  }

  /** Until when the ledger would refuse claims; null when it would not. */
  #barredUntilMs(nowMs: number): number | null {
    const { registry, operatorNo, logger, metrics } = this.#context;
    const bar = claimBar(registry, operatorNo, Math.floor(nowMs / 1000));
    metrics
      .gauge(
        "deed_claim_barred",
        "1 while the ledger takes no claims: a pause, a suspension, or jail",
      )
      .set(bar === null ? 0 : 1);
    if (bar !== null && !this.#isBarred) {
      logger.warn("The ledger takes no claims", { by: bar.by, untilSec: bar.untilSec });
    }
    if (bar === null && this.#isBarred) logger.info("The ledger takes claims again");
    this.#isBarred = bar !== null;
    return bar === null ? null : bar.untilSec * 1000;
  }

  async #isClockTrusted(): Promise<boolean> {
    const judgement = await this.#judgeClock();
    if (judgement === null) return false;
    const isOff = judgement.kind === "off";
    const { logger, metrics } = this.#context;
    metrics
      .gauge(
        "deed_claim_clock_off",
        "1 while claims are refused because the clock differs from the head",
      )
      .set(isOff ? 1 : 0);
    if (isOff && !this.#isClockOff) {
      logger.error("Clock differs from the ledger: no claims", { offMs: judgement.offMs });
    }
    if (!isOff && this.#isClockOff) logger.info("Clock agrees with the ledger: claims again");
    this.#isClockOff = isOff;
    return !isOff;
  }

  #fillMs(unfinished: number): number {
    const { deltaSec } = this.#context.registry.parameters;
    return Math.min(this.#options.fillMs * 4 ** (unfinished - 1), (deltaSec * 1000) / 2);
  }

  /** Batches of this node that are not settled, but for those that have been so for long: disputes take their time. */
  #openBatches(nowMs: number): number {
    return this.#context.store.read.batches.openSince(nowMs - LONGEST_OPEN_MS);
  }

  /** Null while the head cannot be read: an endpoint that is away for a moment is no crash of this role. */
  async #judgeClock(): Promise<ClockJudgement | null> {
    try {
      return await this.#clockGuard.judge();
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#context.logger.debug("No claims without a head", { error: error.message });
      return null;
    }
  }

  #openExecutions(): number {
    const { store, nodeNo } = this.#context;
    const held = "state IN ('claimed', 'running', 'done') AND holder_node = :nodeNo";
    return store.read.executions.count(held, { nodeNo }) + this.#inFlight.executions;
  }

  #measure(waiting: number): void {
    const { metrics } = this.#context;
    metrics
      .gauge("deed_claims_in_flight", "Claim transactions on their way")
      .set(this.#inFlight.sent);
    metrics.gauge("deed_claims_waiting", "Executions that could be claimed and wait").set(waiting);
  }

  #measureLatency(sentMs: readonly number[]): void {
    const { metrics, clock } = this.#context;
    const latency = metrics.histogram(
      "deed_claim_seconds",
      "From a claim to its final block",
      [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    );
    for (const atMs of sentMs) latency.observe((clock.nowMs() - atMs) / 1000);
  }
}

/** Times of occurrences are whole seconds: one may have been seen long after its own. */
function waitsSinceMs({ nextRankAtMs, createdMs }: ExecutionRow): number {
  return Math.max(nextRankAtMs ?? createdMs, createdMs);
}
