import type { Leaf } from "@deed/protocol/transcript";
import type { ClaimsBarred, ExecutionDetail, IntentDetail } from "@deed/sdk";
import { sandboxText } from "../sandbox-text.ts";
import { timeText } from "../table.ts";
import { claimsBarredReasons } from "./claims-barred.ts";
import { obstacles } from "./explain-intent.ts";
import { explainLeaves } from "./explain-leaves.ts";
import { type Reason, reason } from "./reason.ts";

export interface ExecutionFacts {
  readonly execution: ExecutionDetail;
  readonly intent: IntentDetail;
  /** Null while nothing is recorded, or when nobody who was asked holds the bundle. */
  readonly leaves: readonly Leaf[] | null;
  readonly stepIds: readonly string[];
  /** Null while the ledger takes the asked node's claims. */
  readonly claimsBarred: ClaimsBarred | null;
  readonly nowSec: number;
}

const ENDS: { readonly [reason: string]: readonly [string, string | null] } = {
  CLAIM_WINDOW_OVER: [
    "no node claimed it in time",
    "Were the executors down, or out of coins for gas? `deed doctor` looks.",
  ],
  LEASE_LOST: [
    "those who claimed it did not record it before their leases ended, three times at most",
    "A longer `limits.duration` helps a slow workflow; `deed doctor` looks at the network.",
  ],
  FIRE_EXPIRED: [
    "its fire was valid for too short a time",
    "Fire again, with a longer --valid-for.",
  ],
  SANDBOX_LEVEL: [
    "the workflow demands a container, which this node does not have",
    "Another node may run it.",
  ],
};

/** Why an execution is where it is. */
export function explainExecution(facts: ExecutionFacts): readonly Reason[] {
  const { execution, intent, leaves, stepIds, nowSec } = facts;
  switch (execution.state) {
    case "due":
      return explainDue(facts);
    case "claiming":
      return [reason("CLAIM_SENT", "a claim is on its way to the ledger")];
    case "claimed":
    case "running":
    case "done":
      return [
        reason(
          "HELD",
          holderText(execution),
          "A dead holder's lease ends; the next rank takes it over.",
        ),
      ];
    case "recorded":
      return [
        reason(...waitingFor(execution)),
        ...explainSandbox(execution),
        ...explainRecorded(leaves, stepIds),
      ];
    case "final":
      return [
        reason("FINAL", finalText(execution)),
        ...explainSandbox(execution),
        ...explainRecorded(leaves, stepIds),
      ];
    case "void":
      return explainVoid(execution);
    case "failed":
    case "missed":
    case "refused":
      return explainEnd(execution, intent, nowSec);
  }
}

function explainDue(facts: ExecutionFacts): readonly Reason[] {
  const { execution, intent, claimsBarred, nowSec } = facts;
  const { t0Sec, attempt } = execution;
  if (t0Sec > nowSec) return [reason("NOT_YET", `it is due at ${timeText(t0Sec)}`)];
  const barred = claimsBarredReasons(claimsBarred);
  if (barred.length > 0) return [...barred, ...obstacles(intent, nowSec)];
  const lateSec = nowSec - t0Sec;
  const text =
    attempt > 1
      ? `attempt ${attempt - 1} ended without a record; the next rank may claim it`
      : `due for ${lateSec} s and not claimed: ranks take their turns one after another`;
  const remedy = "If this lasts, executors are down or without coins: `deed doctor` looks.";
  return [reason("UNCLAIMED", text, remedy), ...obstacles(intent, nowSec)];
}

function explainEnd(
  execution: ExecutionDetail,
  intent: IntentDetail,
  nowSec: number,
): readonly Reason[] {
  const code = execution.reason ?? execution.state.toUpperCase();
  const [text, remedy] = ENDS[code] ?? [`it ended ${execution.state}: ${code}`, null];
  return [reason(code, text, remedy), ...obstacles(intent, nowSec)];
}

function holderText({ holderNode, attempt, state }: ExecutionDetail): string {
  const doing = {
    claimed: "has claimed it",
    running: "runs it",
    done: "ran it and will record it",
  };
  return `node ${holderNode ?? "?"} ${doing[state as keyof typeof doing]}, attempt ${attempt}`;
}

function waitingFor({
  batch,
  verdicts,
}: ExecutionDetail): readonly [string, string, string | null] {
  const round = batch?.round ?? null;
  if (round === null) {
    return ["WAITS_FOR_ROUND", "recorded; a beacon round opens once the record is final", null];
  }
  if ((batch?.draw ?? 0) > 0) {
    const text = `draw ${(batch?.draw ?? 0) + 1}: earlier seats were silent or could not judge`;
    return ["REDRAWN", text, null];
  }
  const text = `recorded; the committee of round ${round} recomputes it (${verdicts.length} verdicts so far)`;
  const remedy = "Silent seats are replaced when their window is over.";
  return ["WAITS_FOR_VERDICT", text, remedy];
}

function finalText({ status, verdicts }: ExecutionDetail): string {
  const right = verdicts.filter(({ verdict }) => verdict === "right").length;
  return `ended ${status ?? "?"}; ${right} of ${verdicts.length} verdicts found the record right`;
}

/** The executor's own word: nobody else saw where it ran. */
function explainSandbox(execution: ExecutionDetail): readonly Reason[] {
  const text = sandboxText(execution);
  return text === null ? [] : [reason("SANDBOX", `ran in: ${text}, says its executor`)];
}

function explainRecorded(
  leaves: readonly Leaf[] | null,
  ids: readonly string[],
): readonly Reason[] {
  if (leaves !== null) return explainLeaves(leaves, ids);
  const remedy = "Ask another node with --node: its executor and two others keep it.";
  return [reason("BUNDLE_UNAVAILABLE", "nobody who was asked holds the bundle", remedy)];
}

function explainVoid({ disputes }: ExecutionDetail): readonly Reason[] {
  if (disputes.length === 0)
    return [reason("DISPUTED", "a verifier reported a fault; the vote opens")];
  return disputes.map(({ disputeNo, fault, leaf, accusedNo, state }) =>
    reason(fault, `dispute ${disputeNo} over leaf ${leaf} of operator ${accusedNo}: ${state}`),
  );
}
