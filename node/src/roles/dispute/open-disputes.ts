import { decodeReport, type Hex } from "@deed/protocol/encoding";
import { type LedgerCall, RpcError } from "@deed/sdk";
import { QUEUED_EVIDENCE, queuedEvidence } from "../../judge/queued-evidence.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { VerdictRow } from "../../store/verdicts.ts";
import type { DisputeContext } from "./dispute-context.ts";
import { findEvidence } from "./find-evidence.ts";
import { Lapses } from "./lapses.ts";

/** Number of the draw after which everybody votes (spec 06). */
export const VOTE_DRAW = 3;

const LOOKED_AT = 256;
/** Block time is in whole seconds, and the head may be a little old. */
const MARGIN_SEC = 2;

/** Opens what anyone may open: faults that verdicts named, executions that nobody could judge, claims without a record. */
export class DisputeOpener {
  readonly #context: DisputeContext;
  /** When this node first saw what is to be opened: turns count from then. */
  #firstSeenMs = new Map<string, number>();
  /** The same, of the look that is going on: what is not to be opened any more is forgotten. */
  #stillSeenMs = new Map<string, number>();

  readonly #lapses: Lapses;

  constructor(context: DisputeContext) {
    this.#context = context;
    this.#lapses = new Lapses(context);
  }

  /** @returns when its next turn comes. */
  async look(): Promise<number | null> {
    this.#stillSeenMs = new Map();
    const turns = [
      ...(await this.#openFaults()),
      ...(await this.#proveSignatures()),
      ...(await this.#openUnverified()),
      ...(await this.#reportLostClaims()),
      ...(await this.#reportLapses()),
      ...(await this.#endChallenges()),
      ...this.#laterLooks(),
    ];
    this.#firstSeenMs = this.#stillSeenMs;
    return turns.length === 0 ? null : Math.min(...turns);
  }

  async #openFaults(): Promise<readonly number[]> {
    const { store, calls, nodeNo } = this.#context;
    const turns: number[] = [];
    for (const batch of store.read.batches.select("disputed != '0x0'")) {
      for (const index of openBits(batch.disputed, this.#known(batch.batchNo))) {
        const verdict = await this.#reporting(batch.batchNo, index);
        if (verdict === null) continue;
        const { batchNo } = batch;
        const isOwn = verdict.nodeNo === nodeNo;
        const subject = `dispute:${batchNo}:${index}`;
        const evidence = this.#isEvidencesTurn(subject)
          ? findEvidence(this.#context, batch, index)
          : null;
        const open = calls.openDispute(batchNo, index, verdict.nodeNo, verdict.report);
        const call =
          evidence === null
            ? await this.#orSettle(subject, batchNo, index, open)
            : calls.prove(evidence);
        const turn = await this.#inTurn(subject, isOwn ? 0 : null, call);
        if (turn !== null) turns.push(turn);
      }
    }
    return turns;
  }

  /** What a contract can judge needs no vote. Evidence that it did not take leaves it to one. */
  #isEvidencesTurn(subject: string): boolean {
    const { clock, registry } = this.#context;
    const firstMs = this.#firstSeenMs.get(subject) ?? clock.nowMs();
    const turns = registry.current.verifierList.length + EVIDENCE_TURNS;
    return clock.nowMs() < firstMs + turns * registry.parameters.deltaSec * 1000;
  }

  /** A verdict whose report names this position and stands on the ledger; what peers showed may differ. */
  async #reporting(batchNo: number, index: number): Promise<VerdictRow | null> {
    const { store, ledger } = this.#context;
    for (const verdict of store.read.verdicts.select("batch_no = :batchNo", { batchNo })) {
      if (((verdict.fault >> BigInt(index)) & 1n) === 0n) continue;
      const reported = await ledger.faultReport(batchNo, verdict.draw, verdict.nodeNo);
      if (reported === verdict.reportHash && names(verdict.report, index)) return verdict;
    }
    return null;
  }

  /** What seats signed twice, until a contract judged it. */
  async #proveSignatures(): Promise<readonly number[]> {
    const { store, calls } = this.#context;
    const turns: number[] = [];
    for (const row of store.read.meta.select(QUEUED_EVIDENCE)) {
      const call = calls.prove(queuedEvidence(row));
      if (await this.#isRefused(call)) {
        await store.write((tables) => tables.meta.delete(row));
        continue;
      }
      const turn = await this.#inTurn(row.key, null, call);
      if (turn !== null) turns.push(turn);
    }
    return turns;
  }

  /** By the ledger itself; an endpoint that does not answer has refused nothing. */
  async #isRefused({ to, data }: LedgerCall): Promise<boolean> {
    try {
      await this.#context.ledger.rpc.request("eth_call", [{ to, data }, "pending"]);
      return false;
    } catch (error) {
      if (error instanceof RpcError && error.failure.code === "RPC_REFUSED") return true;
      throw error;
    }
  }

  async #openUnverified(): Promise<readonly number[]> {
    const { store, calls } = this.#context;
    const turns: number[] = [];
    const batches = store.read.batches.select("status = 'recorded' AND draw = :draw", {
      draw: VOTE_DRAW,
    });
    for (const batch of batches) {
      for (const index of openBits(batch.pending, this.#known(batch.batchNo))) {
        const { batchNo } = batch;
        const subject = `unverified:${batchNo}:${index}`;
        const open = calls.openUnverified(batchNo, index);
        const call = await this.#orSettle(subject, batchNo, index, open);
        const turn = await this.#inTurn(subject, null, call);
        if (turn !== null) turns.push(turn);
      }
    }
    return turns;
  }

  async #reportLostClaims(): Promise<readonly number[]> {
    const { store, calls, clock } = this.#context;
    const nowSec = Math.floor(clock.nowMs() / 1000);
    const turns: number[] = [];
    for (const batch of store.read.batches.overdue(nowSec - MARGIN_SEC, LOOKED_AT)) {
      // A holder does not report itself.
      if (batch.mine) continue;
      const call = calls.claimWithoutRecord(batch.batchNo);
      const turn = await this.#inTurn(`lost-claim:${batch.batchNo}`, null, call);
      if (turn !== null) turns.push(turn);
    }
    return turns;
  }

  async #reportLapses(): Promise<readonly number[]> {
    const { calls } = this.#context;
    const turns: number[] = [];
    for (const { executionId, step } of await this.#lapses.look()) {
      const call = calls.actedWithoutRecord(executionId, step);
      const turn = await this.#inTurn(`lapse:${executionId}:${step}`, null, call);
      if (turn !== null) turns.push(turn);
    }
    return turns;
  }

  /** What nobody gave in time is void. */
  async #endChallenges(): Promise<readonly number[]> {
    const { store, calls, clock } = this.#context;
    const nowMs = clock.nowMs();
    const turns: number[] = [];
    for (const { batchNo, answerEndsSec } of store.read.challenges.open()) {
      // Block time must be past it.
      const dueMs = (answerEndsSec + 1) * 1000;
      if (nowMs < dueMs) {
        turns.push(dueMs);
        continue;
      }
      // After a stop of the chain, who was asked comes first.
      const isOwn = this.#isChallenger(batchNo) ? 1 : null;
      const call = calls.endChallenge(batchNo);
      const turn = await this.#inTurn(`withheld:${batchNo}:${answerEndsSec}`, isOwn, call);
      if (turn !== null) turns.push(turn);
    }
    return turns;
  }

  /** When leases end, and when the turns after them do: nothing else may wake the role of an idle network. */
  #laterLooks(): readonly number[] {
    const { store, clock } = this.#context;
    const endedSec = Math.floor(clock.nowMs() / 1000) - MARGIN_SEC;
    const deadlineSec = store.read.batches.nextDeadlineSec(endedSec - 1);
    const overMs = deadlineSec === null ? null : (deadlineSec + MARGIN_SEC + 1) * 1000;
    return [overMs, this.#lapses.nextMs()].filter((atMs) => atMs !== null);
  }

  /** What could not be opened for long may be too late: the ledger then lets anyone settle it. */
  async #orSettle(
    subject: string,
    batchNo: number,
    index: number,
    open: LedgerCall,
  ): Promise<LedgerCall> {
    const { clock, registry, ledger, calls } = this.#context;
    const firstMs = this.#firstSeenMs.get(subject) ?? clock.nowMs();
    const patienceMs = registry.parameters.verdictWindowSec * 1000;
    if (clock.nowMs() < firstMs + patienceMs) return open;
    const settle = calls.settleUnopened(batchNo, index);
    const { to, data } = settle;
    try {
      await ledger.rpc.request("eth_call", [{ to, data }, "pending"]);
      return settle;
    } catch {
      return open;
    }
  }

  #isChallenger(batchNo: number): boolean {
    const { store, operatorNo } = this.#context;
    return store.read.challenges.get({ batchNo })?.challengerNo === operatorNo;
  }

  #known(batchNo: number): ReadonlySet<number> {
    const rows = this.#context.store.read.disputes.ofBatch(batchNo);
    return new Set(rows.map((row) => row.batchIndex));
  }

  /** Operators go one after the other, so that the second finds it done. @returns when the turn comes, or null. */
  async #inTurn(subject: string, turn: number | null, call: LedgerCall): Promise<number | null> {
    const { clock, registry, operatorNo, transactions, nodeNo } = this.#context;
    const nowMs = clock.nowMs();
    const firstMs = this.#firstSeenMs.get(subject) ?? nowMs;
    this.#stillSeenMs.set(subject, firstMs);
    const position = Math.max(0, registry.current.verifierList.indexOf(operatorNo)) + 1;
    const deltaMs = registry.parameters.deltaSec * 1000;
    const atMs = firstMs + (turn ?? position) * deltaMs;
    if (nowMs < atMs) return atMs;
    // Again now and then: the first may have come a block too early.
    const again = Math.floor((nowMs - atMs) / (REPEAT_TURNS * deltaMs));
    await transactions.wish({ purpose: `${subject}:${nodeNo}:${again}`, call, gas: null });
    return atMs + (again + 1) * REPEAT_TURNS * deltaMs;
  }
}

const REPEAT_TURNS = 8;
/** Turns after every operator's own in which evidence is still tried. */
const EVIDENCE_TURNS = 2;

function openBits(bits: bigint, known: ReadonlySet<number>): readonly number[] {
  const found: number[] = [];
  for (let index = 0; bits >> BigInt(index) > 0n; index += 1) {
    if (((bits >> BigInt(index)) & 1n) === 1n && !known.has(index)) found.push(index);
  }
  return found;
}

function names(report: Hex, index: number): boolean {
  return decodeReport(report).some((entry) => entry.index === index);
}

/** The batch of a dispute, once its records are here. */
export function recorded(batch: BatchRow | null): batch is BatchRow {
  return batch !== null && batch.records !== null;
}
