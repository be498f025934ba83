import { hexToBytes } from "@deed/protocol/encoding";
import type { EventOf } from "@deed/sdk";
import type { IntentRow } from "../../store/intents.ts";
import { type FactsContext, intentJson } from "./facts-context.ts";

/** A registered intent is judged here, once: every later step trusts the stored plan. */
export function applyRegistered(context: FactsContext, event: EventOf<"Registered">): void {
  const { intent } = event;
  const yaml = hexToBytes(event.yaml);
  const judgement = context.judgeIntent(intent, yaml);
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
    startSec: context.blockTimeSec,
    periodSec: intent.periodSec,
    state: judgement.state,
    refusal: judgement.state === "refused" ? judgement.reason : null,
    registeredBlock: event.place.blockNumber,
    registeredTx: event.place.txHash,
    revokedBlock: null,
    intent: intentJson(intent),
    signature: event.signature,
  };
  context.tables.intents.put(row);
}

/** A revocation before registration has no row to change: the contract then refuses the registration. */
export function applyRevoked(context: FactsContext, event: EventOf<"RevokedIntent">): void {
  const row = context.tables.intents.byHash(event.intentHash);
  if (row === null) return;
  context.tables.intents.update(
    { intentNo: row.intentNo },
    { state: "revoked", revokedBlock: event.place.blockNumber },
  );
  context.tables.executions.updateDueOfIntent(row.intentNo, "refused", "revoked", context.nowMs);
}
