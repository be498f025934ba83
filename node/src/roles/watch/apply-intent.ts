import {
  denseOccurrenceId,
  executionId,
  hexToBytes,
  intentStart,
  TRIGGER_KINDS,
} from "@deed/protocol/encoding";
import { type EventOf, intentToJson } from "@deed/sdk";
import { type IntentRow, REFUSED_HERE } from "../../store/intents.ts";
import { dueExecution } from "./due-execution.ts";
import type { FactsContext, IntentJudgement } from "./facts-context.ts";

/** A registered intent is judged here, once: every later step trusts the stored plan. */
export function applyRegistered(context: FactsContext, event: EventOf<"Registered">): void {
  const { intent } = event;
  const yaml = hexToBytes(event.yaml);
  const judgement = judge(context, event, yaml);
  const row: IntentRow = {
    intentNo: event.intentNo,
    intentHash: event.intentHash,
    owner: event.owner,
    name: intent.name,
    yaml: new TextDecoder().decode(yaml),
    plan: judgement.state === "accepted" ? judgement.plan : null,
    planRoot: intent.planRoot,
    kind: intent.kind,
    leaseClass: intent.leaseClass,
    runtime: intent.runtime,
    validUntilSec: intent.validUntilSec,
    start: intentStart(intent, {
      blockNumber: event.place.blockNumber,
      timestampSec: context.blockTimeSec,
    }),
    period: intent.period,
    catchUp: intent.catchUp,
    state: judgement.state,
    refusal: judgement.state === "refused" ? refusalOf(judgement) : null,
    registeredBlock: event.place.blockNumber,
    registeredTx: event.place.txHash,
    revokedBlock: null,
    intent: intentToJson(intent),
    signature: event.signature,
  };
  context.tables.intents.put(row);
  takeKnownFires(context, row);
}

/** Fires of a registration that a reorganisation took back count for the one that came instead. */
function takeKnownFires(context: FactsContext, intent: IntentRow): void {
  const { intentHash } = intent;
  if (intent.state !== "accepted" || intent.kind !== TRIGGER_KINDS.manual) return;
  for (const fire of context.tables.fires.select("intent_hash = :intentHash", { intentHash })) {
    const { ordinal, input, firedAtSec, validUntilSec, signature } = fire;
    const occurrenceId = denseOccurrenceId("manual", ordinal);
    context.tables.executions.insertIfAbsent(
      dueExecution(intent, {
        executionId: executionId(context, intentHash, occurrenceId),
        occurrenceId,
        ordinal,
        t0Sec: firedAtSec,
        payload: { kind: "manual", ordinal, input, firedAtSec, validUntilSec, signature },
        seenBlock: null,
        nowMs: context.nowMs,
      }),
    );
  }
}

/** Whatever the bytes are: an intent that cannot be judged is refused, and the ledger goes on. */
function judge(
  context: FactsContext,
  { intent }: EventOf<"Registered">,
  yaml: Uint8Array,
): IntentJudgement {
  try {
    return context.judgeIntent(intent, yaml);
  } catch (error) {
    return { state: "refused", reason: `INTENT_NOT_JUDGED: ${String(error)}`, isLocal: true };
  }
}

function refusalOf({ reason, isLocal }: Extract<IntentJudgement, { state: "refused" }>): string {
  return isLocal ? REFUSED_HERE + reason : reason;
}

/** A revocation before registration has no row to change: the contract then refuses the registration. */
export function applyRevoked(context: FactsContext, event: EventOf<"RevokedIntent">): void {
  const row = context.tables.intents.get({ intentNo: event.intentNo });
  if (row === null) return;
  context.tables.intents.update(
    { intentNo: row.intentNo },
    { state: "revoked", revokedBlock: event.place.blockNumber },
  );
  context.tables.executions.updateDueOfIntent(row.intentNo, "refused", "revoked", context.nowMs);
}
