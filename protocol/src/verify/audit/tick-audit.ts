import type { ExportedExecution } from "../../bundle/run.ts";
import { CATCH_UP_ALL, isTooLate, tickTimeSec } from "../../encoding/tick.ts";
import { cronCount, cronMatches, parseCron } from "../../plan/cron.ts";
import type { Plan } from "../../plan/plan.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import { all, type Finding, failed, ok, same, unknown } from "./check.ts";
import { type AuditedIntent, slotOf } from "./intent-audit.ts";

/** The registry allows no longer time between two ranks (ParameterBounds). */
const MAX_DELTA_SEC = 600;

/**
 * Checks a tick. When it is, and of all but a cron how late it was claimed, the ledger saw to; a cron's
 * calendar is checked here.
 */
export function tickFinding(
  context: AuditContext,
  execution: ExportedExecution,
  intent: AuditedIntent,
  batch: AuditedBatch,
): Finding {
  const { payload, nowSec } = execution.occurrence;
  if (payload.kind === "block") {
    context.findings.trust(
      `block ${payload.ordinal} has hash ${payload.blockHash} and time ${nowSec}, which is when it fired ${execution.executionId}`,
    );
    return ok("the ledger checked the height; the verifiers looked at its block");
  }
  if (payload.kind === "event" || payload.kind === "manual" || payload.kind === "composite") {
    return failed("no tick");
  }
  const slot = slotOf(intent);
  if (slot === null) return unknown("the registration's block is missing");
  const time = same("tick", tickTimeSec(slot, payload.ordinal) ?? "none", nowSec);
  if (payload.kind !== "cron") return time;
  const trigger = intent.plan?.trigger;
  if (trigger?.kind !== "cron") return unknown("the plan has no cron expression, or is missing");
  return all([time, cronFinding(context, execution, trigger, batch)]);
}

function cronFinding(
  context: AuditContext,
  execution: ExportedExecution,
  { expression, catchUp }: Extract<Plan["trigger"], { readonly kind: "cron" }>,
  { claim, generation, claimed }: AuditedBatch,
): Finding {
  const { payload, nowSec: t0Sec } = execution.occurrence;
  if (payload.kind !== "cron") return failed("no cron");
  const { ordinal } = payload;
  const cron = parseCron(expression);
  if ("problem" in cron) return failed(cron.problem);
  if (!cronMatches(cron, ordinal)) {
    return failed(`minute ${ordinal} since 1970 is no tick of '${expression}'`);
  }
  // Later attempts keep the tick of the first, whose claim the file does not show.
  if (claimed[execution.index]?.kind === "item" || catchUp === 0) return ok();
  if (claim?.timestampSec === undefined || claim.timestampSec === null || generation === null) {
    return unknown("the claim's block or the generation is missing");
  }
  const nowSec = claim.timestampSec;
  const laterTicks = () => cronCount(cron, [ordinal, Math.floor(nowSec / 60)], CATCH_UP_ALL);
  const late = (turnsSec: number) => isTooLate(t0Sec, catchUp, { nowSec, turnsSec, laterTicks });
  if (!late(0)) return ok();
  if (late(generation.executors.length * MAX_DELTA_SEC)) {
    return failed(`claimed ${nowSec - t0Sec} s late, when ${laterTicks()} later ticks were due`);
  }
  context.findings.trust(
    `the claim of ${execution.executionId}, ${nowSec - t0Sec} s after its tick, came while ranks had their turns`,
  );
  return ok("the verifiers looked at the time between ranks");
}
