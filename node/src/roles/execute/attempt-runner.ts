import { LEASE_CLASS_SEC } from "@deed/protocol/encoding";
import type { Anchor, EffectResult, Occurrence, RunOutcome } from "@deed/protocol/runtime";
import type { Broker } from "../../broker/broker.ts";
import type { EffectAnswer } from "../../broker/job.ts";
import type { ClaimMemory } from "../../broker/once.ts";
import type { LiveSandbox } from "../../sandbox/live-sandbox.ts";
import type { PlacedResult, RunFailure, RunJob, SandboxPlace } from "../../sandbox/sandbox.ts";
import type { RunRow } from "../../store/runs.ts";
import { newestAnchor } from "../anchor.ts";
import type { NodeContext } from "../context.ts";
import { recordAtMs } from "../lease-times.ts";
import type { Attempt } from "./attempt.ts";
import type { CallDoor } from "./call-door.ts";
import { EffectJournal } from "./effect-journal.ts";
import { journalledEffects } from "./effects.ts";
import { type FinishedRun, finishedRun } from "./finished-run.ts";
import { type AttemptLimits, limitsWithin } from "./limits-within.ts";
import { refusalOf } from "./refusal.ts";
import {
  flipFirstCondition,
  ignoresLeases,
  liedOutcome,
  liedRecord,
  namedLie,
  resendsRequests,
} from "./tamper.ts";

export interface AttemptParts {
  readonly context: NodeContext;
  readonly sandbox: Pick<LiveSandbox, "execute">;
  readonly broker: Broker;
  readonly once: ClaimMemory;
  readonly calls: CallDoor;
}

const UNLEASED_WALL_MS = 600_000;

/** Runs one attempt to its outcome, or to the reason why it has none. Continues what a stopped process began. */
export class AttemptRunner {
  readonly #limits: AttemptLimits;
  readonly #parts: AttemptParts;

  constructor(limits: AttemptLimits, parts: AttemptParts) {
    this.#limits = limits;
    this.#parts = parts;
  }

  /** Errors: StoreError. */
  async run(attempt: Attempt, signal: AbortSignal): Promise<PlacedResult> {
    const { context, sandbox, broker, once, calls } = this.#parts;
    const { executionId, attempt: attemptNo, intentHash } = attempt.execution;
    const { plan } = attempt.intent;
    const { startedMs, isResumed } = await this.#begin(attempt);
    const journal = new EffectJournal(
      { executionId, attempt: attemptNo, processId: context.processId },
      context,
    );
    // Anchors never decrease: begun at a newer block, what an earlier process did would seem done after it,
    // and after a revocation that it could not know of.
    const anchor =
      journal.oldestAnchor() ?? newestAnchor(context.store, context.ledger.deployment.chainId);
    if (anchor === null) throw new TypeError("an attempt before the first ledger block");
    if (attempt.isSubmitter) once.claimed(executionId);
    const refusal = refusalOf(context, attempt);
    calls.open(attempt, { refusal, mayBeDone: isResumed || attemptNo > 1 });
    // Refusals are decided per effect, before the broker: a call may have been done already.
    const job = { plan, intentHash, executionId, attempt: attemptNo, refusal: () => null };
    const door = broker.open(job);
    const effects = journalledEffects(attempt, {
      journal,
      broker: door.handle,
      refusal,
      anchor: () => newestAnchor(context.store, context.ledger.deployment.chainId) ?? anchor,
      stamp: (answer) => this.#stamp(answer, anchor),
      resends: resendsRequests(context.config),
    });
    try {
      const start = { attempt: attemptNo, startedMs, anchor };
      const occurrence = occurrenceOf(attempt);
      const limits = this.#limitsOf(attempt);
      return await sandbox.execute({ plan, occurrence, start, limits }, effects, signal);
    } finally {
      door.close();
      calls.close(executionId);
      once.forget(executionId);
    }
  }

  /** Stores the outcome: the record role takes it from there. */
  async finish(
    attempt: Attempt,
    ended: { readonly outcome: RunOutcome; readonly place: SandboxPlace },
  ): Promise<FinishedRun | RunFailure> {
    const { context } = this.#parts;
    const { executionId, attempt: attemptNo } = attempt.execution;
    const finished = this.#committed(attempt, ended);
    if ("code" in finished) return finished;
    const { bundle, bundleSha256, transcriptRoot, status, record, endedMs } = finished;
    await context.store.write((tables) => {
      const key = { executionId, attempt: attemptNo };
      tables.bundles.put({ ...key, sha256: bundleSha256, body: bundle });
      tables.runs.update(key, { state: "done", endedMs });
      tables.executions.update(
        { executionId },
        {
          state: "done",
          status,
          transcriptRoot,
          bundleSha256,
          record,
          updatedMs: context.clock.nowMs(),
        },
      );
    });
    return finished;
  }

  /** No record for this attempt. */
  async abandon(attempt: Attempt, reason: string): Promise<void> {
    const { store, clock } = this.#parts.context;
    const { executionId, attempt: attemptNo } = attempt.execution;
    const nowMs = clock.nowMs();
    await store.write((tables) => {
      tables.runs.update(
        { executionId, attempt: attemptNo },
        { state: "abandoned", endedMs: nowMs },
      );
      tables.executions.update({ executionId }, { state: "claimed", reason, updatedMs: nowMs });
    });
  }

  async #begin(attempt: Attempt): Promise<{ startedMs: number; isResumed: boolean }> {
    const { store, clock, processId } = this.#parts.context;
    const { executionId, attempt: attemptNo } = attempt.execution;
    const nowMs = clock.nowMs();
    // Whatever follows from it is flushed: the mark before the first effect, or the outcome.
    return store.writeDerived((tables) => {
      const known = tables.runs.get({ executionId, attempt: attemptNo });
      const row: RunRow = {
        executionId,
        attempt: attemptNo,
        batchNo: attempt.batch.batchNo,
        state: "running",
        processId,
        startedMs: known?.startedMs ?? nowMs,
        endedMs: null,
      };
      tables.runs.put(row);
      tables.executions.update({ executionId }, { state: "running", updatedMs: nowMs });
      return { startedMs: row.startedMs, isResumed: known !== null };
    });
  }

  // What a run says of itself may have the shape of an outcome and still be none that can be hashed.
  #committed(
    attempt: Attempt,
    { outcome, place }: { readonly outcome: RunOutcome; readonly place: SandboxPlace },
  ): FinishedRun | RunFailure {
    const { config, hasher } = this.#parts.context;
    const lie = namedLie(config, attempt.intent.plan.name);
    const stated = this.#stated(attempt, outcome);
    try {
      const told = finishedRun(attempt, stated, place, hasher);
      return lie === null ? told : liedRecord(lie, told);
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, 500) : "";
      return { code: "PROTOCOL", detail: `no outcome: ${detail}` };
    }
  }

  #stated(attempt: Attempt, outcome: RunOutcome): RunOutcome {
    const { config, logger } = this.#parts.context;
    const { executionId } = attempt.execution;
    const lie = namedLie(config, attempt.intent.plan.name);
    if (lie !== null) {
      logger.warn("THIS NODE LIES, for a test", { executionId, lie });
      return liedOutcome(lie, outcome);
    }
    if (config.tamper !== "branch") return outcome;
    logger.warn("THIS NODE LIES: it flips a branch, for a demonstration", { executionId });
    return flipFirstCondition(outcome);
  }

  #stamp(answer: EffectAnswer, first: Anchor): EffectResult {
    const { store, ledger, clock } = this.#parts.context;
    const anchor = newestAnchor(store, ledger.deployment.chainId) ?? first;
    const nowMs = clock.nowMs();
    return { startedMs: nowMs, endedMs: nowMs, anchor, ...answer };
  }

  #limitsOf(attempt: Attempt): RunJob["limits"] {
    const { registry, clock, config } = this.#parts.context;
    const { leaseMarginSec } = registry.parameters;
    const durationMs = (LEASE_CLASS_SEC[attempt.batch.leaseClass] ?? 0) * 1000;
    const limits = limitsWithin(this.#limits, attempt.intent.plan.sandboxLimits ?? {});
    if (ignoresLeases(config)) return { ...limits, wallMs: UNLEASED_WALL_MS };
    const leftMs = recordAtMs(attempt.batch.deadlineSec, leaseMarginSec) - clock.nowMs();
    return { ...limits, wallMs: Math.max(1, Math.min(durationMs, leftMs)) };
  }
}

function occurrenceOf(attempt: Attempt): Occurrence {
  const { executionId, occurrenceId, t0Sec, payload } = attempt.execution;
  if (payload === null) throw new TypeError("an attempt at an occurrence that nobody saw");
  return { executionId, occurrenceId, nowSec: t0Sec, payload };
}
