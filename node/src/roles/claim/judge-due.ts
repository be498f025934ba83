import type { Hasher, Hex } from "@deed/protocol/encoding";
import type { LedgerParameters } from "@deed/sdk";
import type { Containers } from "../../sandbox/live-sandbox.ts";
import type { ExecutionRow, ExecutionState } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import type { ReadTables } from "../../store/tables.ts";
import type { GenerationView } from "../registry-view.ts";
import { latenessOf } from "./lateness.ts";
import { firstClaimAtSec, ownRank, reclaimAtSec } from "./rank.ts";

export interface DueTerms {
  readonly nowMs: number;
  readonly operatorNo: number;
  readonly hasher: Hasher;
  readonly read: ReadTables;
  readonly generation: GenerationView;
  readonly rules: Pick<LedgerParameters, "deltaSec" | "claimWindowSec" | "confirmations">;
  /** Newest height of the ledger's chain that this node has read. */
  readonly height: number;
  readonly containers: Containers;
}

export interface DueChange {
  readonly executionId: Hex;
  readonly state?: ExecutionState;
  readonly reason?: string;
  readonly nextRankAtMs?: number | null;
}

/** What of the due executions may be claimed now, and what is to be noted about the others. */
export interface DueJudgement {
  readonly ready: readonly ExecutionRow[];
  readonly changes: readonly DueChange[];
}

/** An operator outside the generation looks again after this time. */
const OUTSIDE_MS = 10_000;
/** So does a node that knows an occurrence only from another's claim. */
const UNSEEN_MS = 2_000;
/** And one whose containers may come back. */
const LOST_MS = 2_000;

/** Ranks due executions and sorts out those that this node must leave alone (spec 04). */
export function judgeDue(due: readonly ExecutionRow[], terms: DueTerms): DueJudgement {
  const intents = new Map<number, IntentRow | null>();
  const intentOf = (intentNo: number): IntentRow | null => {
    const known = intents.get(intentNo);
    if (known !== undefined) return known;
    const row = terms.read.intents.get({ intentNo });
    intents.set(intentNo, row);
    return row;
  };
  const ready: ExecutionRow[] = [];
  const changes: DueChange[] = [];
  for (const row of due) {
    const change = judgeOne(row, intentOf(row.intentNo), terms);
    if (change === null) ready.push(row);
    else changes.push({ executionId: row.executionId, ...change });
  }
  return { ready, changes };
}

type Change = Omit<DueChange, "executionId">;

/** Null when it may be claimed now. */
function judgeOne(row: ExecutionRow, intent: IntentRow | null, terms: DueTerms): Change | null {
  const nowSec = Math.floor(terms.nowMs / 1000);
  const refusal = refusalOf(row, intent, nowSec);
  if (refusal !== null) return { state: "refused", reason: refusal };
  const needsContainer = intent?.plan?.sandbox === "container";
  if (needsContainer && terms.containers === "none") {
    return { state: "refused", reason: "SANDBOX_LEVEL" };
  }
  const late = intent === null ? null : tooLate(row, intent, nowSec, terms);
  if (late !== null) return late;
  if (needsContainer && terms.containers === "lost") return { nextRankAtMs: terms.nowMs + LOST_MS };
  if (row.payload === null) return { nextRankAtMs: terms.nowMs + UNSEEN_MS };
  const rank = ownRank(terms.generation, terms.operatorNo, row.executionId, terms.hasher);
  if (rank === null) return { nextRankAtMs: terms.nowMs + OUTSIDE_MS };
  const atSec = turnOf(row, rank, terms);
  return atSec * 1000 > terms.nowMs ? { nextRankAtMs: atSec * 1000 } : null;
}

function tooLate(
  row: ExecutionRow,
  intent: IntentRow,
  nowSec: number,
  terms: DueTerms,
): Change | null {
  const { rules, height } = terms;
  const executors = terms.generation.executorList.length;
  const previousDeadlineSec = previousDeadline(row, terms);
  return latenessOf(row, intent, { nowSec, height, executors, rules, previousDeadlineSec });
}

function turnOf(row: ExecutionRow, rank: number, terms: DueTerms): number {
  const { deltaSec } = terms.rules;
  if (row.attempt === 1) return firstClaimAtSec(row.t0Sec, rank, deltaSec);
  return reclaimAtSec(previousDeadline(row, terms) ?? row.t0Sec, rank, deltaSec);
}

function previousDeadline({ attempt, batchNo }: ExecutionRow, { read }: DueTerms): number | null {
  if (attempt === 1 || batchNo === null) return null;
  return read.batches.get({ batchNo })?.deadlineSec ?? null;
}

/** Why this node does not run it; null when it does. */
function refusalOf(row: ExecutionRow, intent: IntentRow | null, nowSec: number): string | null {
  if (intent === null) return "INTENT_UNKNOWN";
  if (intent.state !== "accepted" || intent.plan === null)
    return `INTENT_${intent.state}`.toUpperCase();
  if (intent.validUntilSec < nowSec) return "INTENT_EXPIRED";
  if (row.payload?.kind === "manual" && row.attempt === 1 && row.payload.validUntilSec < nowSec) {
    return "FIRE_EXPIRED";
  }
  return null;
}
