import type { ClaimsBarred, ExecutionSummary, IntentDetail } from "@deed/sdk";
import { timeText } from "../table.ts";
import { claimsBarredReasons } from "./claims-barred.ts";
import { type Reason, reason } from "./reason.ts";

export interface IntentFacts {
  readonly intent: IntentDetail;
  /** Newest execution that the node knows. */
  readonly last: ExecutionSummary | null;
  /** Null while the ledger takes the asked node's claims. */
  readonly claimsBarred: ClaimsBarred | null;
  readonly nowSec: number;
}

const WAITS: { readonly [trigger: string]: string } = {
  event: "it waits for its event, counted from its registration on",
  manual: "it waits for its owner's `deed fire`",
  cron: "it waits for the next minute of its cron expression",
  block: "it waits for its block",
  start: "its one tick has come",
};

/** States of executions that used up one of the intent's. */
const USED = ["claimed", "running", "done", "recorded", "final", "void", "failed"];

/** Why a workflow runs, or does not. */
export function explainIntent(facts: IntentFacts): readonly Reason[] {
  const { intent, last, claimsBarred, nowSec } = facts;
  const found = [...obstacles(intent, nowSec), ...claimsBarredReasons(claimsBarred)];
  return found.length > 0 ? found : [...waiting(intent, nowSec), ...lately(intent, last)];
}

/** What keeps an intent from running at all. */
export function obstacles(intent: IntentDetail, nowSec: number): readonly Reason[] {
  const found: Reason[] = [];
  const { state, refusal, validUntilSec, maxExecutions, revokedBlock } = intent;
  if (state === "revoked") {
    found.push(reason("REVOKED", `revoked in block ${revokedBlock ?? "?"}`, "Sign it again."));
  }
  if (state === "refused") {
    const remedy = "Another node may run it: each judges for itself what it can run.";
    found.push(reason("REFUSED", `this node refuses it: ${refusal ?? "no reason given"}`, remedy));
  }
  if (validUntilSec < nowSec) {
    const remedy = "Sign it again with a later `expires`.";
    found.push(reason("EXPIRED", `it expired at ${timeText(validUntilSec)}`, remedy));
  }
  const used = USED.reduce((sum, name) => sum + (intent.executions[name] ?? 0), 0);
  if (used >= maxExecutions) {
    const text = `all ${maxExecutions} executions of \`limits.executions\` are used`;
    found.push(reason("USED_UP", text, "Sign it again with a higher limit."));
  }
  return found;
}

function waiting(intent: IntentDetail, nowSec: number): readonly Reason[] {
  const { trigger, perHour } = intent;
  const hourly = perHour === 0 ? "" : `, at most ${perHour} times an hour`;
  const next = nextTick(intent, nowSec);
  if (next === null) {
    return [reason("WAITING", `${WAITS[trigger] ?? "it waits for its trigger"}${hourly}`)];
  }
  return [reason("WAITING", `its next tick is ${next}${hourly}`)];
}

/** Of a schedule with a period, as the ledger keeps it (spec 02); null where nobody can say it from that alone. */
function nextTick({ trigger, start, period }: IntentDetail, nowSec: number): string | null {
  if (trigger !== "interval" && trigger !== "start") return null;
  const first = trigger === "interval" ? 1 : 0;
  if (period === 0) return start < nowSec ? null : `at ${timeText(start)}`;
  const tick = Math.max(first, Math.ceil((nowSec - start) / period));
  return `number ${tick} at ${timeText(start + tick * period)}`;
}

function lately({ executions }: IntentDetail, last: ExecutionSummary | null): readonly Reason[] {
  const missed = executions["missed"] ?? 0;
  const lost =
    missed === 0
      ? []
      : [
          reason(
            "MISSED",
            `${missed} occurrences were not claimed in time`,
            "`deed runs` lists them.",
          ),
        ];
  if (last === null) return [...lost, reason("NEVER_RAN", "it has not run yet")];
  const { state, status, t0Sec, executionId } = last;
  const how = status === null ? state : `${state}, ${status}`;
  const text = `the last one, of ${timeText(t0Sec)}: ${how}`;
  return [...lost, reason("LAST_RUN", text, `deed why ${executionId}`)];
}
