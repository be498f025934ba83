import { CATCH_UP_ALL, isTooLate, ticksSince, triggerKindOf } from "@deed/protocol/encoding";
import { cronCount, parseCron } from "@deed/protocol/plan";
import type { LedgerParameters } from "@deed/sdk";
import type { ExecutionRow, ExecutionState } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";

/** What the contract assumes of the time between two blocks. */
const BLOCK_SEC = 15;

export interface LatenessTerms {
  readonly nowSec: number;
  /** Newest height of the ledger's chain that this node has read. */
  readonly height: number;
  /** In the current generation. */
  readonly executors: number;
  readonly rules: Pick<LedgerParameters, "deltaSec" | "claimWindowSec" | "confirmations">;
  /** End of the lease before, for later attempts. */
  readonly previousDeadlineSec: number | null;
}

/** Why the ledger, or a verifier, would find a claim too late (spec 04); null when it comes in time. */
export function latenessOf(
  row: ExecutionRow,
  intent: IntentRow,
  terms: LatenessTerms,
): { readonly state: ExecutionState; readonly reason: string } | null {
  const { nowSec, rules } = terms;
  if (row.attempt > 1) {
    const lastSec = (terms.previousDeadlineSec ?? row.t0Sec) + rules.claimWindowSec;
    return nowSec > lastSec ? { state: "failed", reason: "LEASE_LOST" } : null;
  }
  const kind = triggerKindOf(row.kind);
  if (kind === "event" || kind === "manual") {
    const isOver = nowSec > row.t0Sec + rules.claimWindowSec;
    return isOver ? { state: "missed", reason: "CLAIM_WINDOW_OVER" } : null;
  }
  const finalSec = kind === "block" ? rules.confirmations * BLOCK_SEC : 0;
  const turnsSec = terms.executors * rules.deltaSec + finalSec;
  const laterTicks = () => laterTicksOf(row, intent, terms);
  return isTooLate(row.t0Sec, intent.catchUp, { nowSec, turnsSec, laterTicks })
    ? { state: "missed", reason: "NOT_CAUGHT_UP" }
    : null;
}

function laterTicksOf(row: ExecutionRow, intent: IntentRow, terms: LatenessTerms): number {
  const trigger = intent.plan?.trigger;
  if (trigger?.kind === "cron") {
    const cron = parseCron(trigger.expression);
    const span = [row.ordinal, Math.floor(terms.nowSec / 60)] as const;
    return "problem" in cron ? CATCH_UP_ALL : cronCount(cron, span, CATCH_UP_ALL);
  }
  const ago = trigger?.kind === "block" ? terms.height - row.ordinal : terms.nowSec - row.t0Sec;
  return ticksSince(ago, intent.period);
}
