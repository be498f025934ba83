import type { EffectError } from "@deed/protocol/runtime";
import type { NodeContext } from "../context.ts";
import { effectsEndMs } from "../lease-times.ts";
import type { Attempt } from "./attempt.ts";
import { ignoresLeases, namedLie } from "./tamper.ts";

type RefusalContext = Pick<NodeContext, "config" | "store" | "clock" | "registry">;

/** Asked before each effect: why no effect of this attempt may begin now. */
export function refusalOf(context: RefusalContext, attempt: Attempt): () => EffectError | null {
  const { intentNo } = attempt.execution;
  const { validUntilSec } = attempt.intent.row;
  const lie = namedLie(context.config, attempt.intent.plan.name);
  return () => {
    const nowMs = context.clock.nowMs();
    const { leaseMarginSec } = context.registry.parameters;
    const isOver = nowMs >= effectsEndMs(attempt.batch.deadlineSec, leaseMarginSec);
    if (isOver && !ignoresLeases(context.config)) {
      return { code: "LEASE_OVER", message: "the lease is about to end" };
    }
    if (Math.floor(nowMs / 1000) > validUntilSec) {
      return { code: "REVOKED", message: "the intent has expired" };
    }
    if (lie === "EffectAfterRevocation") return null;
    const accepted = "intent_no = :intentNo AND state = 'accepted'";
    return context.store.read.intents.count(accepted, { intentNo }) > 0
      ? null
      : { code: "REVOKED", message: "the intent was revoked" };
  };
}
